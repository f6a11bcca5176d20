using System.Collections.Immutable;
using System.Numerics;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime;

/// <summary>Counts the events of a mapped layer and turns them into time, energy and area. Formulas: docs/cost.md.</summary>
internal static class CostModel
{
    private const double NsPerSecond = 1e9;

    /// <summary>The cost of one layer.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="mapping">Where it lies.</param>
    /// <param name="weightBits">Bits of a weight.</param>
    /// <param name="activationBits">Bits of an activation.</param>
    /// <param name="adcBits">Bits of a conversion; 0 = the profile's.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="copies">Copies of the layer that share its products (resident execution, constant weights); else 1.</param>
    public static LayerCost Of(
        LayerShape shape, LayerMapping mapping, int weightBits, int activationBits, int adcBits, HardwareProfile profile, int copies = 1) =>
        Of(shape, [new PlacedBlock(mapping, (long)shape.Groups * shape.ColumnsPerGroup, (long)shape.Groups * shape.ColumnsPerGroup)],
            weightBits, activationBits, adcBits, profile, copies);

    /// <summary>The cost of a layer in blocks, side by side on arrays.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="blocks">Where its blocks lie; together they hold every weight that is not zero.</param>
    /// <param name="weightBits">Bits of the widest weight.</param>
    /// <param name="activationBits">Bits of an activation.</param>
    /// <param name="adcBits">Bits of a conversion; 0 = the profile's.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="copies">Copies of the layer.</param>
    public static LayerCost Of(
        LayerShape shape, IReadOnlyList<PlacedBlock> blocks, int weightBits, int activationBits, int adcBits, HardwareProfile profile,
        int copies = 1)
    {
        if (adcBits == 0) adcBits = profile.AdcBits;
        var arrays = new ArrayTotals(blocks.Select(b => b.Mapping));
        int inputSlices = InputSlices(activationBits, profile);
        CostEvents events = Count(shape, blocks, arrays, activationBits, inputSlices, profile);
        bool inEachInference = IsProgrammedInEachInference(shape, profile);
        long cells = shape.Repeat * arrays.Cells * copies;
        CostFigures f = profile.Cost;
        return new LayerCost
        {
            Name = shape.Name,
            Groups = shape.Groups,
            Rows = shape.RowsPerGroup,
            Columns = shape.ColumnsPerGroup,
            Mvms = shape.Mvms * shape.Repeat,
            WeightBits = weightBits,
            ActivationBits = activationBits,
            AdcBits = adcBits,
            Copies = copies,
            Arrays = shape.Repeat * arrays.Count * copies,
            Cells = shape.Repeat * arrays.Cells,
            Utilisation = arrays.Count == 0 ? 0 : (double)arrays.Cells / (arrays.Count * profile.Rows * profile.Columns),
            LatencyNs = NsPerSecond * Latency(
                shape with { Mvms = (shape.Mvms + copies - 1) / copies }, arrays, inputSlices, adcBits, profile),
            Energy = Energy(events, adcBits, f),
            AreaUm2 = shape.Repeat * arrays.Count * copies * ArrayArea(profile, adcBits),
            Events = events,
            ProgrammingEnergyPj = inEachInference ? 0 : cells * f.CellWriteEnergyPj,
        };
    }

    /// <summary>The cost of all layers together.</summary>
    public static Cost Total(IEnumerable<LayerCost> layers, HardwareProfile profile)
    {
        ImmutableArray<LayerCost> all = [.. layers];
        var events = new CostEvents();
        double array = 0, dac = 0, adc = 0, shift = 0, buffer = 0, bus = 0, interconnect = 0, write = 0;
        double latency = 0, area = 0, programming = 0;
        long arrays = 0;
        foreach (LayerCost layer in all)
        {
            events += layer.Events;
            EnergyBreakdown e = layer.Energy;
            (array, dac, adc, shift) = (array + e.ArrayPj, dac + e.DacPj, adc + e.AdcPj, shift + e.ShiftAddPj);
            (buffer, bus, interconnect, write) = (buffer + e.BufferPj, bus + e.BusPj, interconnect + e.InterconnectPj, write + e.WritePj);
            (latency, area, arrays, programming) = (
                latency + layer.LatencyNs, area + layer.AreaUm2, arrays + layer.Arrays, programming + layer.ProgrammingEnergyPj);
        }

        long cores = Cores(arrays, profile);
        return new Cost
        {
            Hardware = profile.Name,
            LatencyNs = latency,
            Energy = new EnergyBreakdown(array, dac, adc, shift, buffer, bus, interconnect, write),
            AreaUm2 = area + CoreArea(arrays, profile),
            Arrays = arrays,
            Cores = cores,
            ProgrammingLatencyNs = (arrays - events.ArrayWrites) * profile.WriteLatency * NsPerSecond,
            ProgrammingEnergyPj = programming,
            Events = events,
            Layers = all,
        };
    }

    /// <summary>Reads needed to apply all bits of an input.</summary>
    public static int InputSlices(int activationBits, HardwareProfile profile) =>
        profile.DacBits == 0 ? 1 : (activationBits + profile.DacBits - 1) / profile.DacBits;

    /// <summary>Cores a number of arrays takes.</summary>
    public static long Cores(long arrays, HardwareProfile profile) =>
        profile.Execution == ExecutionModel.Serial && profile.Cores > 0
            ? profile.Cores
            : (arrays + profile.ArraysPerCore - 1) / profile.ArraysPerCore;

    /// <summary>Area of buffers and routers for a number of arrays.</summary>
    public static double CoreArea(long arrays, HardwareProfile profile) =>
        Cores(arrays, profile) * (profile.Cost.BufferAreaUm2 + profile.Cost.InterconnectAreaUm2);

    /// <summary>Seconds of one conversion at a resolution.</summary>
    public static double AdcLatency(int adcBits, HardwareProfile profile) =>
        profile.AdcLatencyScaling == AdcLatencyScaling.Constant || adcBits == 0 || profile.AdcBits == 0
            ? profile.AdcLatency
            : profile.AdcLatency * (adcBits + profile.AdcExtraCycles) / (profile.AdcBits + profile.AdcExtraCycles);

    private static bool IsProgrammedInEachInference(LayerShape shape, HardwareProfile profile) =>
        shape.IsDynamic || profile.Execution == ExecutionModel.Serial;

    /// <summary>Sums a block has to convert for one product: those of the arrays there are, which leaves out the empty ones of a whole
    /// layer.</summary>
    private static long Sums(PlacedBlock block)
    {
        LayerMapping mapping = block.Mapping;
        return IsWholeLayer(block)
            ? mapping.Tiles.Sum(t => (long)t.GroupCount * t.Columns / mapping.CellsPerSlice)
            : block.Columns * mapping.SliceBits.Length * mapping.RowTiles.Length;
    }

    private static bool IsWholeLayer(PlacedBlock block) =>
        block.Mapping.Tiles.Length > 0 && block.Taps == block.Columns && block.Mapping.Tiles.All(t => t.Array < 0);

    /// <summary>Sums that are sent to be added to another one of the same output in each product.</summary>
    private static long PartialSums(IReadOnlyList<PlacedBlock> blocks, long outputs) =>
        blocks is [var only] && IsWholeLayer(only)
            && Sums(only) < only.Columns * only.Mapping.SliceBits.Length * only.Mapping.RowTiles.Length
            ? PartialSumsOfArraysLeft(only.Mapping)
            : Math.Max(0, blocks.Sum(b => b.Taps * b.Mapping.RowTiles.Length) - outputs);

    /// <summary>Where arrays are missing: for each output the row tiles that still have an array of it, but one.</summary>
    private static long PartialSumsOfArraysLeft(LayerMapping mapping)
    {
        int groups = mapping.Tiles.Max(t => t.FirstGroup + t.GroupCount);
        int outputs = (mapping.Tiles.Max(t => t.FirstColumn + t.Columns) + mapping.ColumnsPerOutput - 1) / mapping.ColumnsPerOutput;
        var rowTiles = new HashSet<int>[groups * outputs];
        foreach (ArrayTile t in mapping.Tiles)
            for (int group = t.FirstGroup; group < t.FirstGroup + t.GroupCount; group++)
                for (int output = t.FirstColumn / mapping.ColumnsPerOutput; output <= (
                    t.FirstColumn + t.Columns - 1) / mapping.ColumnsPerOutput; output++)
                    (rowTiles[(group * outputs) + output] ??= []).Add(t.FirstRow);
        return rowTiles.Sum(rows => Math.Max(0L, (rows?.Count ?? 0) - 1));
    }

    private static CostEvents Count(
        LayerShape shape, IReadOnlyList<PlacedBlock> blocks, ArrayTotals arrays, int activationBits, int inputSlices,
        HardwareProfile profile)
    {
        long mvms = shape.Mvms * shape.Repeat;
        long inputs = (long)shape.Groups * shape.RowsPerGroup;
        long outputs = (long)shape.Groups * shape.ColumnsPerGroup;
        int slicesConverted = profile.AdcPerInputSlice ? inputSlices : 1;
        long conversions = mvms * slicesConverted * blocks.Sum(Sums);
        // A column that several outputs share is converted once and added to each.
        long fanOut = mvms * blocks.Sum(b => (b.Taps - b.Columns) * b.Mapping.RowTiles.Length);
        long offset = profile.Encoding == WeightEncoding.Offset ? mvms * (inputs + blocks.Sum(b => b.Taps)) : 0;
        long partialSums = PartialSums(blocks, outputs);
        int slices = blocks.Count == 0 ? 0 : blocks.Max(b => b.Mapping.SliceBits.Length);
        // Adders are as wide as the slices can be, so a width that fills the same cells costs the same.
        int partialSumBits = Math.Min(32, (slices * profile.CellBits) + activationBits
            + BitOperations.Log2((uint)Math.Max(1, Math.Min(shape.RowsPerGroup, profile.Rows)) * 2 - 1));
        bool inEach = IsProgrammedInEachInference(shape, profile);
        return new CostEvents
        {
            ArrayReads = mvms * inputSlices * arrays.Count,
            DacActivations = mvms * inputSlices * arrays.DrivenRows,
            AdcConversions = conversions,
            ShiftAdds = conversions + fanOut + offset,
            BufferBits = mvms * activationBits * (inputs + outputs),
            BusBits = (mvms * activationBits * arrays.DrivenRows) + (mvms * partialSums * partialSumBits),
            InterconnectBits = mvms * outputs * activationBits,
            ArrayWrites = inEach ? shape.Repeat * arrays.Count : 0,
            CellWrites = inEach ? shape.Repeat * arrays.Cells : 0,
        };
    }

    /// <summary>Seconds.</summary>
    private static double Latency(LayerShape shape, ArrayTotals arrays, int inputSlices, int adcBits, HardwareProfile profile)
    {
        int sharing = Math.Min(profile.ColumnsPerAdc, arrays.MaxColumns);
        double conversion = AdcLatency(adcBits, profile) * sharing;
        // One round is what is read before converters are used: an input slice, or all of them.
        double read = profile.AdcPerInputSlice ? profile.ReadLatency : profile.ReadLatency * inputSlices;
        long rounds = profile.AdcPerInputSlice ? inputSlices : 1;

        if (profile.Execution == ExecutionModel.Serial)
            return shape.Repeat * arrays.Count * (profile.WriteLatency + (shape.Mvms * rounds * (read + conversion)));

        double time = profile.PipelinedConversion
            ? (shape.Mvms * rounds * Math.Max(read, conversion)) + Math.Min(read, conversion)
            : shape.Mvms * rounds * (read + conversion);
        return shape.IsDynamic ? time + profile.WriteLatency : time;
    }

    private static EnergyBreakdown Energy(CostEvents events, int adcBits, CostFigures f) => new(
        ArrayPj: events.ArrayReads * f.ArrayReadEnergyPj,
        DacPj: events.DacActivations * f.DacEnergyPj,
        AdcPj: events.AdcConversions * CostFigures.ByBits(f.AdcEnergyPj, adcBits),
        ShiftAddPj: events.ShiftAdds * f.ShiftAddEnergyPj,
        BufferPj: events.BufferBits * f.BufferEnergyPjPerBit,
        BusPj: events.BusBits * f.BusEnergyPjPerBit,
        InterconnectPj: events.InterconnectBits * f.InterconnectEnergyPjPerBit,
        WritePj: events.CellWrites * f.CellWriteEnergyPj);

    /// <summary>One array with its share of converters.</summary>
    private static double ArrayArea(HardwareProfile profile, int adcBits)
    {
        CostFigures f = profile.Cost;
        int cells = profile.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;
        int lines = profile.Columns / cells;
        int adcs = (lines + profile.ColumnsPerAdc - 1) / profile.ColumnsPerAdc;
        return f.ArrayAreaUm2 + (profile.Rows * f.DacAreaUm2) + (adcs * (CostFigures.ByBits(f.AdcAreaUm2, adcBits) + f.ShiftAddAreaUm2));
    }

    /// <summary>Sums over the arrays of a mapping.</summary>
    private readonly struct ArrayTotals
    {
        public ArrayTotals(IEnumerable<LayerMapping> mappings)
        {
            var shared = new Dictionary<int, (long Rows, int Columns)>();
            foreach (LayerMapping mapping in mappings)
                foreach (ArrayTile t in mapping.Tiles)
                {
                    int columns = t.GroupCount * t.Columns / mapping.CellsPerSlice;
                    Cells += (long)t.GroupCount * t.Rows * t.Columns;
                    if (t.Array >= 0)
                    {
                        (long rows, int before) = shared.GetValueOrDefault(t.Array);
                        shared[t.Array] = (Math.Max(rows, t.Rows), before + columns);
                        continue;
                    }

                    Count++;
                    DrivenRows += (long)t.GroupCount * t.Rows;
                    MaxColumns = Math.Max(MaxColumns, columns);
                }

            Count += shared.Count;
            foreach ((long rows, int columns) in shared.Values)
            {
                DrivenRows += rows;
                MaxColumns = Math.Max(MaxColumns, columns);
            }
        }

        public long Count { get; }

        /// <summary>Word lines that carry an input.</summary>
        public long DrivenRows { get; }

        /// <summary>Cells that hold a weight.</summary>
        public long Cells { get; }

        /// <summary>Sums to convert in the fullest array.</summary>
        public int MaxColumns { get; }
    }
}

/// <summary>A block of a layer as cost sees it.</summary>
/// <param name="Mapping">Where it lies.</param>
/// <param name="Columns">Its columns before slicing, over all groups.</param>
/// <param name="Taps">Outputs they are added to; as many, unless columns are shared.</param>
internal readonly record struct PlacedBlock(LayerMapping Mapping, long Columns, long Taps);
