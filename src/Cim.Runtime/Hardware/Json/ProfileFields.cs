using System.Collections.Immutable;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// Every field of a hardware profile, in the order of files and documentation. A field added here is read, written, validated
/// and documented.
/// </summary>
internal static class ProfileFields
{
    public static ImmutableArray<ProfileField> All { get; } =
    [
        new CountField("rows", 1, 16384, p => p.Rows, (p, v) => p with { Rows = v }, "word lines of one array") { IsRequired = true },
        new CountField("columns", 1, 16384, p => p.Columns, (p, v) => p with { Columns = v }, "bit lines of one array")
        {
            IsRequired = true,
        },
        new CountField("cellBits", 1, 8, p => p.CellBits, (p, v) => p with { CellBits = v }, "bits one cell stores") { IsRequired = true },
        new CountField("dacBits", 0, 8, p => p.DacBits, (p, v) => p with { DacBits = v }, "input bits applied per read; 0 = all at once")
        {
            IsRequired = true,
        },
        new CountField("adcBits", 0, 16, p => p.AdcBits, (p, v) => p with { AdcBits = v }, "bits of a conversion; 0 = ideal read-out")
        {
            IsRequired = true,
        },
        new CountField("columnsPerAdc", 1, 16384, p => p.ColumnsPerAdc, (p, v) => p with { ColumnsPerAdc = v },
            "bit lines (differential: pairs of bit lines count as one) that share one ADC") { IsRequired = true },
        new CountField(
            "arraysPerCore", 1, 65536, p => p.ArraysPerCore, (p, v) => p with { ArraysPerCore = v }, "arrays of one core (tile)"),
        new CountField("cores", 0, 1 << 20, p => p.Cores, (p, v) => p with { Cores = v }, "cores of the chip; 0 = as many as needed"),
        new ChoiceField<WeightEncoding>("encoding",
            [("differential", WeightEncoding.Differential), ("differential-two-sided", WeightEncoding.DifferentialTwoSided),
                ("offset", WeightEncoding.Offset), ("twos-complement", WeightEncoding.TwosComplement)],
            p => p.Encoding, (p, v) => p with { Encoding = v }, "how signed weights become conductances") { IsRequired = true },
        new FlagField("signBitInSlices", p => p.SignBitInSlices, (p, v) => p with { SignBitInSlices = v },
            "differential slices are counted over all weight bits, sign included"),

        new QuantityField("gOn", Dimension.Conductance, 1e-12, 1, p => p.GOn, (p, v) => p with { GOn = v },
            "conductance of a fully on cell") { IsRequired = true },
        new QuantityField("gOff", Dimension.Conductance, 0, 1, p => p.GOff, (p, v) => p with { GOff = v },
            "conductance of an off cell; 0 = infinite on/off ratio") { IsRequired = true },
        new AdcRangeField("where the ADC's range comes from; [low, high] in units of weight times input"),
        new FlagField("adcPerInputSlice", p => p.AdcPerInputSlice, (p, v) => p with { AdcPerInputSlice = v },
            "one conversion per input slice; false: analog accumulation over input slices, then one conversion"),
        new ChoiceField<InputCoding>("inputCoding",
            [("slices", InputCoding.Slices), ("weighted-pulses", InputCoding.WeightedPulses)],
            p => p.InputCoding, (p, v) => p with { InputCoding = v },
            "input bits in slices of `dacBits`; or bit by bit, the k-th integrated 2^k times (`readLatency` each), converted at the end")
        {
            IsOmittedByDefault = true,
        },
        new CountField("maxPulseBits", 1, 8, p => p.MaxPulseBits, (p, v) => p with { MaxPulseBits = v },
            "`weighted-pulses`: magnitude bits applied before a conversion; more are applied in two halves") { IsOmittedByDefault = true },

        new QuantityField("readLatency", Dimension.Time, 0, 1, p => p.ReadLatency, (p, v) => p with { ReadLatency = v },
            "one analog read of an array (one input slice)") { IsRequired = true },
        new QuantityField("writeLatency", Dimension.Time, 0, 1e4, p => p.WriteLatency, (p, v) => p with { WriteLatency = v },
            "programming one array") { IsRequired = true },
        new QuantityField("adcLatency", Dimension.Time, 0, 1, p => p.AdcLatency, (p, v) => p with { AdcLatency = v },
            "one conversion at `adcBits`") { IsRequired = true },
        new ChoiceField<AdcLatencyScaling>("adcLatencyScaling",
            [("constant", AdcLatencyScaling.Constant), ("per-bit", AdcLatencyScaling.PerBit)],
            p => p.AdcLatencyScaling, (p, v) => p with { AdcLatencyScaling = v }, "how a conversion's time depends on its bits"),
        new CountField("adcExtraCycles", 0, 64, p => p.AdcExtraCycles, (p, v) => p with { AdcExtraCycles = v },
            "cycles of a conversion besides one per bit (`per-bit` only)"),
        new FlagField("pipelinedConversion", p => p.PipelinedConversion, (p, v) => p with { PipelinedConversion = v },
            "a sample-and-hold lets conversions overlap with the next read"),
        new ChoiceField<ExecutionModel>("execution",
            [("resident", ExecutionModel.Resident), ("serial", ExecutionModel.Serial)],
            p =>
                p.Execution, (p, v) =>
                p with { Execution = v }, "weights stay on their arrays, or every tile is programmed and used one after the other"),
        new FlagField("mapsDynamicMatMul", p => p.MapsDynamicMatMul, (p, v) => p with { MapsDynamicMatMul = v },
            "products of two activations run on arrays as well"),

        new QuantityField("wordLineResistance", Dimension.Resistance, 0, 1e6, p => p.WordLineResistance,
            (p, v) => p with { WordLineResistance = v }, "one cell segment of a word line"),
        new QuantityField("bitLineResistance", Dimension.Resistance, 0, 1e6, p => p.BitLineResistance,
            (p, v) => p with { BitLineResistance = v }, "one cell segment of a bit line"),
        new ChoiceField<string>("programmingError.model", [.. ProgrammingErrorModels.Select(m => (m, m))],
            p =>
                p.ProgrammingError.Model, (p, v) =>
                p with { ProgrammingError = p.ProgrammingError with { Model = v } }, "model of the error of a programmed conductance"),
        new QuantityField("programmingError.sigma", Dimension.Fraction, 0, 10, p => p.ProgrammingError.Sigma,
            (p, v) =>
                p with
                {
                    ProgrammingError = p.ProgrammingError with { Sigma = v },
                }, "its standard deviation as a fraction of gOn (generic models)"),
        new QuantityField("programmingError.window", Dimension.Fraction, 0, 10, p => p.ProgrammingError.Window,
            (p, v) =>
                p with
                {
                    ProgrammingError = p.ProgrammingError with { Window = v },
                }, "write-verify: largest accepted error as a fraction of gOn; 0 = no verification"),
        new CountField("programmingError.pulses", 1, 10000, p => p.ProgrammingError.Pulses,
            (p, v) => p with { ProgrammingError = p.ProgrammingError with { Pulses = v } }, "write-verify: at most this many attempts"),
        new ErrorTableField("programmingError.table",
            "model `table`: pairs of conductance and standard deviation, ascending; or the path of a CSV file of them, relative to the "
            + "profile"),
        new QuantityField("readNoise.sigma", Dimension.Fraction, 0, 10, p => p.ReadNoiseSigma, (p, v) => p with { ReadNoiseSigma = v },
            "standard deviation of a cell's read noise as a fraction of gOn"),
        new QuantityField(
            "stuckOn", Dimension.Fraction, 0, 1, p => p.StuckOn, (p, v) => p with { StuckOn = v }, "rate of cells stuck at gOn"),
        new QuantityField(
            "stuckOff", Dimension.Fraction, 0, 1, p => p.StuckOff, (p, v) => p with { StuckOff = v }, "rate of cells stuck at gOff"),
        new QuantityField("drift.nu", Dimension.Fraction, -1, 1, p => p.Drift.Nu, (p, v) => p with { Drift = p.Drift with { Nu = v } },
            "drift exponent: g(t) = g0 (t / 1 s)^-nu"),
        new QuantityField("drift.nuSigma", Dimension.Fraction, 0, 1, p => p.Drift.NuSigma,
            (p, v) => p with { Drift = p.Drift with { NuSigma = v } }, "spread of nu from cell to cell"),
        new QuantityField("drift.time", Dimension.Time, 1e-9, 1e12, p => p.Drift.TimeSeconds,
            (p, v) => p with { Drift = p.Drift with { TimeSeconds = v } }, "time since programming"),
        new QuantityField("variation.dieToDie", Dimension.Fraction, 0, 10, p => p.DieToDieSigma, (p, v) => p with { DieToDieSigma = v },
            "relative spread of the common factor of an array's conductances"),
        new QuantityField("variation.spatial", Dimension.Fraction, 0, 10, p => p.SpatialSigma, (p, v) => p with { SpatialSigma = v },
            "relative spread of the smooth variation inside an array"),
        new QuantityField("variation.spatialLength", Dimension.Fraction, 1, 16384, p => p.SpatialLength,
            (p, v) => p with { SpatialLength = v }, "its correlation length in cells"),
        new QuantityField("adcOffsetSigma", Dimension.Fraction, 0, 1000, p => p.AdcOffsetSigma, (p, v) => p with { AdcOffsetSigma = v },
            "spread of a column's conversion offset in ADC steps"),
        new QuantityField("adcGainSigma", Dimension.Fraction, 0, 10, p => p.AdcGainSigma, (p, v) => p with { AdcGainSigma = v },
            "relative spread of a column's conversion gain"),
        new QuantityField("driverResistance", Dimension.Resistance, 0, 1e6, p => p.DriverResistance,
            (p, v) => p with { DriverResistance = v }, "between a word line's source and its first segment"),
        new QuantityField("senseResistance", Dimension.Resistance, 0, 1e6, p => p.SenseResistance, (p, v) => p with { SenseResistance = v },
            "between a bit line's last segment and virtual ground"),
        new ChoiceField<IrDropSolution>("irDrop", [("exact", IrDropSolution.Exact), ("first-order", IrDropSolution.FirstOrder)],
            p => p.IrDrop, (p, v) => p with { IrDrop = v }, "how the currents of an array with resistive wires are found"),
        new FlagField("separatePairArrays", p => p.SeparatePairArrays, (p, v) => p with { SeparatePairArrays = v },
            "positive and negative cells lie in arrays of their own"),
        new CountField("spareColumns", 0, 16384, p => p.SpareColumns, (p, v) => p with { SpareColumns = v },
            "of an array's columns, how many are kept free to replace the ones stuck cells hurt most (pairs are replaced together)"),
        new ChoiceField<FaultRemapping>("faultRemapping",
            [("spares", FaultRemapping.Spares), ("columns", FaultRemapping.Columns), ("rows-and-columns", FaultRemapping.RowsAndColumns)],
            p =>
                p.FaultRemapping, (p, v) =>
                p with
                {
                    FaultRemapping = v,
                }, "what moves when stuck cells are known: columns to spares; columns among each other too; rows too"),
        new ChoiceField<ColumnCorrection>("columnCorrection",
            [("none", ColumnCorrection.None), ("offset", ColumnCorrection.Offset), ("scale-offset", ColumnCorrection.ScaleAndOffset)],
            p =>
                p.ColumnCorrection, (p, v) =>
                p with { ColumnCorrection = v }, "digital correction of every column, fitted on calibration data after programming"),
        new ChoiceField<WeightScaling>("weightScaling", [("column", WeightScaling.Column), ("layer", WeightScaling.Layer)],
            p =>
                p.WeightScaling, (p, v) =>
                p with
                {
                    WeightScaling = v,
                }, "which weights share one scale: those of an output, or all of a layer (coarser, for comparison with simulators that do "
                + "so)"),
        new ChoiceField<WeightClipping>("weightClipping",
            [("none", WeightClipping.None), ("percentile", WeightClipping.Percentile), ("mse", WeightClipping.LeastSquares)],
            p =>
                p.WeightClipping, (p, v) =>
                p with
                {
                    WeightClipping = v,
                }, "which weight of a column is mapped to gOn: the largest possible, a percentile, or the least expected square error"),
        new QuantityField("weightClippingPercentile", Dimension.Fraction, 0.5, 1, p => p.WeightClippingPercentile,
            (p, v) => p with { WeightClippingPercentile = v }, "share of a column's weights that `percentile` does not clip"),
        new QuantityField("temperatureCoefficient", Dimension.Fraction, -1, 1, p => p.TemperatureCoefficient,
            (p, v) => p with { TemperatureCoefficient = v }, "relative change of conductance per kelvin above 300 K"),
        new QuantityField(
            "temperature", Dimension.Temperature, 1, 1000, p => p.Temperature, (p, v) => p with { Temperature = v }, "of the chip"),

        new BitsTableField("adcEnergy", Dimension.Energy, p => p.Cost.AdcEnergyPj,
            (p, v) => p with { Cost = p.Cost with { AdcEnergyPj = v } }, "one conversion, by ADC bits"),
        Energy("dacEnergy", c => c.DacEnergyPj, (c, v) => c with { DacEnergyPj = v }, "one word line driven for one input slice"),
        Energy("arrayReadEnergy", c => c.ArrayReadEnergyPj, (c, v) => c with { ArrayReadEnergyPj = v }, "one read of one array"),
        Energy("shiftAddEnergy", c => c.ShiftAddEnergyPj, (c, v) => c with { ShiftAddEnergyPj = v }, "one shift-and-add"),
        PerBit("bufferEnergy", c => c.BufferEnergyPjPerBit, (c, v) => c with { BufferEnergyPjPerBit = v },
            "one bit read from or written to the core's buffer"),
        PerBit("busEnergy", c => c.BusEnergyPjPerBit, (c, v) => c with { BusEnergyPjPerBit = v }, "one bit over the bus of a core"),
        PerBit("interconnectEnergy", c => c.InterconnectEnergyPjPerBit, (c, v) => c with { InterconnectEnergyPjPerBit = v },
            "one bit through a router between cores"),
        Energy("cellWriteEnergy", c => c.CellWriteEnergyPj, (c, v) => c with { CellWriteEnergyPj = v }, "programming one cell"),
        new BitsTableField("adcArea", Dimension.Area, p => p.Cost.AdcAreaUm2, (p, v) => p with { Cost = p.Cost with { AdcAreaUm2 = v } },
            "one ADC, by bits"),
        Area("dacArea", c => c.DacAreaUm2, (c, v) => c with { DacAreaUm2 = v }, "one DAC (one word line)"),
        Area("arrayArea", c => c.ArrayAreaUm2, (c, v) => c with { ArrayAreaUm2 = v }, "one array"),
        Area("shiftAddArea", c => c.ShiftAddAreaUm2, (c, v) => c with { ShiftAddAreaUm2 = v }, "one shift-and-add unit (one per ADC)"),
        Area("bufferArea", c => c.BufferAreaUm2, (c, v) => c with { BufferAreaUm2 = v }, "the buffer of one core"),
        Area("interconnectArea", c => c.InterconnectAreaUm2, (c, v) => c with { InterconnectAreaUm2 = v }, "the router share of one core"),
        .. ChipFields.All,
    ];

    /// <summary>Names of the programming error models; the device simulation implements each.</summary>
    public static ImmutableArray<string> ProgrammingErrorModels =>
        ["none", "independent", "proportional", "inverse-proportional", "uniform", "wan2022", "milo2021", "reram-wan-aihwkit", "table"];

    /// <summary>One line of the table in docs/hardware-profiles.md.</summary>
    public static string MarkdownRow(ProfileField field) =>
        $"| `{field.Name}` | {field.Unit} | {field.Range} | {(field.IsRequired ? "yes" : "")} | {field.Meaning} |";

    /// <summary>The names that hold an object of several fields.</summary>
    public static bool IsGroup(string name) => All.Any(f => f.Name.StartsWith(name + ".", StringComparison.Ordinal));

    private static QuantityField Energy(
        string name, Func<CostFigures, double> get, Func<CostFigures, double, CostFigures> set, string meaning) =>
        Figure(name, Dimension.Energy, get, set, meaning);

    private static QuantityField PerBit(
        string name, Func<CostFigures, double> get, Func<CostFigures, double, CostFigures> set, string meaning) =>
        Figure(name, Dimension.EnergyPerBit, get, set, meaning);

    private static QuantityField Area(
        string name, Func<CostFigures, double> get, Func<CostFigures, double, CostFigures> set, string meaning) =>
        Figure(name, Dimension.Area, get, set, meaning);

    private static QuantityField Figure(
        string name, Dimension dimension, Func<CostFigures, double> get, Func<CostFigures, double, CostFigures> set, string meaning) =>
        new(name, dimension, 0, 1e12, p => get(p.Cost), (p, v) => p with { Cost = set(p.Cost, v) }, meaning);
}
