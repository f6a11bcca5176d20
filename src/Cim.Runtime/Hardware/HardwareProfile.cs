namespace Cim.Runtime.Hardware;

/// <summary>
/// One hardware design: array geometry, converters, device statistics and cost figures. Plain numbers in SI units (or the
/// unit in the name); where each figure comes from is kept in <see cref="Sources"/>. Read from <c>*.cimhw.json</c>.
/// </summary>
public sealed record HardwareProfile
{
    /// <summary>The profile's name, for example <c>isaac</c>.</summary>
    public required string Name { get; init; }

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

    /// <summary>How signed weights become conductances.</summary>
    public required Mapping.WeightEncoding Encoding { get; init; }

    /// <summary>Conductance of a fully on cell in siemens.</summary>
    public required double GOn { get; init; }

    /// <summary>Conductance of an off cell in siemens; 0 = infinite on/off ratio.</summary>
    public required double GOff { get; init; }

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

    /// <summary>Energy and area of each event and component.</summary>
    public CostFigures Cost { get; init; } = new();

    /// <summary>Source of each figure by its JSON name.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = new Dictionary<string, string>();
}

/// <summary>Programming error: a model name (<c>none</c>, <c>independent</c>, <c>proportional</c>, <c>wan2022</c> ...) and its sigma as a fraction of gOn for the generic models.</summary>
public sealed record ProgrammingError(string Model, double Sigma)
{
    /// <summary>Every cell gets exactly its target.</summary>
    public static ProgrammingError None { get; } = new("none", 0);
}

/// <summary>Drift exponent nu after <paramref name="TimeSeconds"/> seconds.</summary>
public sealed record Drift(double Nu, double TimeSeconds)
{
    /// <summary>No drift.</summary>
    public static Drift None { get; } = new(0, 1);
}

/// <summary>The policy for ADC ranges.</summary>
public enum AdcRangePolicy
{
    /// <summary>The largest sum that can occur.</summary>
    Full,

    /// <summary>Measured on calibration data.</summary>
    Calibrated,

    /// <summary>The calibrated range rounded up so that one step is a power of two times the unit.</summary>
    Granular,

    /// <summary>Given by the user.</summary>
    Fixed,
}

/// <summary>The ADC range: a policy, and the limits if they are given (in units of weight times input).</summary>
public sealed record AdcRange(AdcRangePolicy Policy, double Low = 0, double High = 0);

/// <summary>Energy per event in picojoule, area per component in square micrometre, time in seconds.</summary>
public sealed record CostFigures
{
    /// <summary>pJ per conversion at the profile's ADC bits (tables by bits are resolved by the loader for other widths).</summary>
    public IReadOnlyDictionary<int, double> AdcEnergyPj { get; init; } = new Dictionary<int, double>();

    /// <summary>um2 of one ADC by bits.</summary>
    public IReadOnlyDictionary<int, double> AdcAreaUm2 { get; init; } = new Dictionary<int, double>();

    /// <summary>pJ per word line and input slice.</summary>
    public double DacEnergyPj { get; init; }

    /// <summary>um2 of one DAC (one word line).</summary>
    public double DacAreaUm2 { get; init; }

    /// <summary>pJ of one array read.</summary>
    public double ArrayReadEnergyPj { get; init; }

    /// <summary>um2 of one array.</summary>
    public double ArrayAreaUm2 { get; init; }

    /// <summary>pJ of one shift-and-add.</summary>
    public double ShiftAddEnergyPj { get; init; }

    /// <summary>um2 of one shift-and-add unit.</summary>
    public double ShiftAddAreaUm2 { get; init; }

    /// <summary>pJ to move one bit through the on-core buffer.</summary>
    public double BufferEnergyPjPerBit { get; init; }

    /// <summary>um2 of the buffer of one core.</summary>
    public double BufferAreaUm2 { get; init; }

    /// <summary>pJ to move one bit over the bus and router.</summary>
    public double InterconnectEnergyPjPerBit { get; init; }

    /// <summary>um2 of the router share of one core.</summary>
    public double InterconnectAreaUm2 { get; init; }
}
