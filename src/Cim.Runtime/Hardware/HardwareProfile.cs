namespace Cim.Runtime.Hardware;

/// <summary>
/// One hardware design: array geometry, converters, device statistics and cost figures. Plain numbers in SI units (or the
/// unit in the name); where each figure comes from is kept in <see cref="Sources"/>. Read from <c>*.cimhw.json</c>.
/// </summary>
internal sealed record HardwareProfile
{
    /// <summary>The profile's name, for example <c>isaac</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence about the design.</summary>
    public string Description { get; init; } = "";

    /// <summary>Word lines of one array.</summary>
    public required int Rows { get; init; }

    /// <summary>Bit lines (cells in a row) of one array.</summary>
    public required int Columns { get; init; }

    /// <summary>Bits one cell stores.</summary>
    public required int CellBits { get; init; }

    /// <summary>Input bits applied per read; 0 = all at once.</summary>
    public required int DacBits { get; init; }

    /// <summary>Bits of a conversion; 0 = ideal read-out.</summary>
    public required int AdcBits { get; init; }

    /// <summary>Bit lines that share one ADC.</summary>
    public required int ColumnsPerAdc { get; init; }

    /// <summary>Arrays in one core (tile).</summary>
    public required int ArraysPerCore { get; init; }

    /// <summary>Cores of the chip; 0 = as many as needed.</summary>
    public required int Cores { get; init; }

    /// <summary>Cores of all chips; 0 = as many as needed.</summary>
    internal int AllCores => Cores * Chip.Chips;

    /// <summary>Arrays of all chips; 0 = as many as needed.</summary>
    internal long AllArrays => (long)AllCores * ArraysPerCore;

    /// <summary>How signed weights become conductances.</summary>
    public required WeightEncoding Encoding { get; init; }

    /// <summary>Conductance of a fully on cell in siemens.</summary>
    public required double GOn { get; init; }

    /// <summary>Conductance of an off cell in siemens; 0 = infinite on/off ratio.</summary>
    public required double GOff { get; init; }

    /// <summary>How the bits of an input are applied.</summary>
    public InputCoding InputCoding { get; init; }

    /// <summary>For <see cref="InputCoding.WeightedPulses"/>: magnitude bits applied before a conversion; more are applied in two
    /// halves.</summary>
    public int MaxPulseBits { get; init; } = 4;

    /// <summary>Where the ADC's range comes from.</summary>
    public required AdcRange AdcRange { get; init; }

    /// <summary>True: one conversion per input slice; false: input slices are accumulated in analog form, then converted once.</summary>
    public required bool AdcPerInputSlice { get; init; }

    /// <summary>Seconds of one analog read of an array (one input slice).</summary>
    public required double ReadLatency { get; init; }

    /// <summary>Seconds to program one array.</summary>
    public required double WriteLatency { get; init; }

    /// <summary>Seconds of one conversion.</summary>
    public required double AdcLatency { get; init; }

    /// <summary>Ohm of one cell segment of a word line.</summary>
    public double WordLineResistance { get; init; }

    /// <summary>Ohm of one cell segment of a bit line.</summary>
    public double BitLineResistance { get; init; }

    /// <summary>Error of the programmed conductance.</summary>
    public ProgrammingError ProgrammingError { get; init; } = ProgrammingError.None;

    /// <summary>Standard deviation of the read noise of one cell as a fraction of <see cref="GOn"/>.</summary>
    public double ReadNoiseSigma { get; init; }

    /// <summary>Probability that a cell is stuck at <see cref="GOn"/>.</summary>
    public double StuckOn { get; init; }

    /// <summary>Probability that a cell is stuck at <see cref="GOff"/>.</summary>
    public double StuckOff { get; init; }

    /// <summary>Conductance drift g(t) = g0 (t/t0)^-nu.</summary>
    public Drift Drift { get; init; } = Drift.None;

    /// <summary>Standard deviation of the common factor of all conductances of an array (relative).</summary>
    public double DieToDieSigma { get; init; }

    /// <summary>Spatially correlated variation inside an array (relative), smooth over <see cref="SpatialLength"/> cells.</summary>
    public double SpatialSigma { get; init; }

    /// <summary>Correlation length of <see cref="SpatialSigma"/> in cells.</summary>
    public double SpatialLength { get; init; } = 16;

    /// <summary>Relative change of all conductances per kelvin above 300 K.</summary>
    public double TemperatureCoefficient { get; init; }

    /// <summary>Standard deviation of the offset of a column's conversions, in steps of the ADC.</summary>
    public double AdcOffsetSigma { get; init; }

    /// <summary>Standard deviation of the relative gain error of a column's conversions.</summary>
    public double AdcGainSigma { get; init; }

    /// <summary>Ohm between a word line's voltage source and its first segment.</summary>
    public double DriverResistance { get; init; }

    /// <summary>Ohm between a bit line's last segment and virtual ground.</summary>
    public double SenseResistance { get; init; }

    /// <summary>True: the positive and the negative cells of differential pairs lie in arrays of their own; false: side by side on the same
    /// word lines.</summary>
    public bool SeparatePairArrays { get; init; }

    /// <summary>How the currents of an array with resistive wires are found.</summary>
    public IrDropSolution IrDrop { get; init; }

    /// <summary>Of an array's <see cref="Columns"/>, how many are kept free to replace the columns stuck cells hurt most.</summary>
    public int SpareColumns { get; init; }

    /// <summary>What is moved to other cells once a chip's stuck cells are known.</summary>
    public FaultRemapping FaultRemapping { get; init; }

    /// <summary>The digital correction of every column, fitted on test vectors after programming.</summary>
    public ColumnCorrection ColumnCorrection { get; init; }

    /// <summary>Which weights share a scale between integers and conductances.</summary>
    public WeightScaling WeightScaling { get; init; }

    /// <summary>Which weight of a column is mapped to <see cref="GOn"/>; larger ones are clipped.</summary>
    public WeightClipping WeightClipping { get; init; }

    /// <summary>For <see cref="WeightClipping.Percentile"/>: the share of a column's weights that are not clipped.</summary>
    public double WeightClippingPercentile { get; init; } = 0.99;

    /// <summary>Kelvin.</summary>
    public double Temperature { get; init; } = 300;

    /// <summary>Whether every layer keeps its arrays, or arrays are programmed anew for each layer and inference.</summary>
    public ExecutionModel Execution { get; init; } = ExecutionModel.Resident;

    /// <summary>True: a sample-and-hold lets the conversions of one read overlap with the next read of the same array.</summary>
    public bool PipelinedConversion { get; init; }

    /// <summary>How the time of one conversion depends on its bits.</summary>
    public AdcLatencyScaling AdcLatencyScaling { get; init; } = AdcLatencyScaling.Constant;

    /// <summary>Fixed cycles of a conversion besides one per bit, for <see cref="AdcLatencyScaling.PerBit"/>.</summary>
    public int AdcExtraCycles { get; init; }

    /// <summary>
    /// True: differential slices are counted over all weight bits, ceil(bits/cellBits), although the sign needs no cell.
    /// False: over the magnitude bits only, ceil((bits-1)/cellBits).
    /// </summary>
    public bool SignBitInSlices { get; init; }

    /// <summary>True: products of two activations (attention) also run on arrays, programmed for each inference.</summary>
    public bool MapsDynamicMatMul { get; init; }

    /// <summary>Energy and area of each event and component.</summary>
    public CostFigures Cost { get; init; } = new();

    /// <summary>Buffers, network, digital units and memory around the arrays.</summary>
    public ChipFigures Chip { get; init; } = ChipFigures.None;

    /// <summary>
    /// Figures of the base that are stated for what this profile changes, by JSON name, with their value: there is no rule to rescale
    /// them, so they are kept as they are. Empty for a profile that states its own; not written to files.
    /// </summary>
    public IReadOnlyDictionary<string, string> InheritedFigures { get; init; } = new Dictionary<string, string>();

    /// <summary>Source of each figure by its JSON name.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = new Dictionary<string, string>();
}
