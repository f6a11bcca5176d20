using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Costs;

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
        Of(shape, [new CostedBlock(mapping, (long)shape.Groups * shape.ColumnsPerGroup, (long)shape.Groups * shape.ColumnsPerGroup)],
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
        LayerShape shape, IReadOnlyList<CostedBlock> blocks, int weightBits, int activationBits, int adcBits, HardwareProfile profile,
        int copies = 1)
    {
        if (adcBits == 0) adcBits = profile.AdcBits;
        var arrays = new ArrayTotals(blocks.Select(b => b.Mapping));
        InputApplication inputs = InputApplication.Of(activationBits, adcBits, profile);
        CostEvents events = EventCounts.Of(shape, blocks, arrays, activationBits, inputs, profile);
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
            LatencyNs = NsPerSecond * Latency(shape with { Mvms = (shape.Mvms + copies - 1) / copies }, arrays, inputs, profile),
            Timing = Timing(shape, arrays, inputs, profile),
            Energy = Energy(events, inputs, f),
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
        var energy = new EnergyBreakdown();
        double latency = 0, area = 0, programming = 0;
        long arrays = 0;
        foreach (LayerCost layer in all)
        {
            events += layer.Events;
            energy = EnergyBreakdown.Sum(energy, layer.Energy);
            (latency, area, arrays, programming) = (
                latency + layer.LatencyNs, area + layer.AreaUm2, arrays + layer.Arrays, programming + layer.ProgrammingEnergyPj);
        }

        long cores = Cores(arrays, profile);
        return new Cost
        {
            Hardware = profile.Name,
            LatencyNs = latency,
            Energy = energy,
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

    /// <summary>True if the cells are written in the course of every inference.</summary>
    internal static bool IsProgrammedInEachInference(LayerShape shape, HardwareProfile profile) =>
        shape.IsDynamic || profile.Execution == ExecutionModel.Serial;

    /// <summary>Seconds.</summary>
    private static double Latency(LayerShape shape, ArrayTotals arrays, InputApplication inputs, HardwareProfile profile)
    {
        (double read, double conversion, int rounds) = Round(arrays, inputs, profile);
        if (profile.Execution == ExecutionModel.Serial)
            return shape.Repeat * arrays.Count * (profile.WriteLatency + (shape.Mvms * rounds * (read + conversion)));

        double time = profile.PipelinedConversion
            ? (shape.Mvms * rounds * Math.Max(read, conversion)) + Math.Min(read, conversion)
            : shape.Mvms * rounds * (read + conversion);
        return shape.IsDynamic ? time + profile.WriteLatency : time;
    }

    /// <summary>The same in its parts.</summary>
    private static ProductTiming Timing(LayerShape shape, ArrayTotals arrays, InputApplication inputs, HardwareProfile profile)
    {
        (double read, double conversion, int rounds) = Round(arrays, inputs, profile);
        if (profile.Execution == ExecutionModel.Serial)
        {
            double tiles = NsPerSecond * shape.Repeat * arrays.Count;
            return new ProductTiming(tiles * profile.WriteLatency, tiles * rounds * (read + conversion), 0);
        }

        double setup = shape.IsDynamic ? NsPerSecond * profile.WriteLatency : 0;
        return profile.PipelinedConversion
            ? new ProductTiming(setup, NsPerSecond * rounds * Math.Max(read, conversion), NsPerSecond * Math.Min(read, conversion))
            : new ProductTiming(setup, NsPerSecond * rounds * (read + conversion), 0);
    }

    /// <summary>Seconds of what is read before converters are used (an input slice, or all of them), seconds of the conversions that
    /// follow, and how often that happens in a product.</summary>
    private static (double Read, double Conversion, int Rounds) Round(ArrayTotals arrays, InputApplication inputs, HardwareProfile profile)
    {
        int sharing = Math.Min(profile.ColumnsPerAdc, arrays.MaxColumns);
        if (profile.AdcPerInputSlice && profile.InputCoding == InputCoding.Slices)
            return (profile.ReadLatency, AdcLatency(inputs.ConversionBits[0], profile) * sharing, inputs.Reads);
        return (profile.ReadLatency * inputs.Reads, inputs.ConversionBits.Sum(bits => AdcLatency(bits, profile)) * sharing, 1);
    }

    // Conversions of one product differ in bits only where inputs are applied in two halves.
    private static EnergyBreakdown Energy(CostEvents events, InputApplication inputs, CostFigures f) => new()
    {
        ArrayPj = events.ArrayReads * f.ArrayReadEnergyPj,
        DacPj = events.DacActivations * f.DacEnergyPj,
        AdcPj = events.AdcConversions * (inputs.ConversionBits.Length == 1 || inputs.ConversionBits[0] == inputs.ConversionBits[^1]
            ? CostFigures.ByBits(f.AdcEnergyPj, inputs.ConversionBits[0])
            : inputs.ConversionBits.Average(bits => CostFigures.ByBits(f.AdcEnergyPj, bits))),
        ShiftAddPj = events.ShiftAdds * f.ShiftAddEnergyPj,
        BufferPj = events.BufferBits * f.BufferEnergyPjPerBit,
        BusPj = events.BusBits * f.BusEnergyPjPerBit,
        InterconnectPj = events.InterconnectBits * f.InterconnectEnergyPjPerBit,
        WritePj = events.CellWrites * f.CellWriteEnergyPj,
    };

    /// <summary>One array with its share of converters.</summary>
    private static double ArrayArea(HardwareProfile profile, int adcBits)
    {
        CostFigures f = profile.Cost;
        int cells = profile.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;
        int lines = profile.Columns / cells;
        int adcs = (lines + profile.ColumnsPerAdc - 1) / profile.ColumnsPerAdc;
        return f.ArrayAreaUm2 + (profile.Rows * f.DacAreaUm2) + (adcs * (CostFigures.ByBits(f.AdcAreaUm2, adcBits) + f.ShiftAddAreaUm2));
    }
}
