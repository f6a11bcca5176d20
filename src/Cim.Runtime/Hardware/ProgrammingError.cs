namespace Cim.Runtime.Hardware;

/// <summary>Programming error: a model name (<c>none</c>, <c>independent</c>, <c>proportional</c>, <c>wan2022</c> ...) and its sigma as a
/// fraction of gOn for the generic models.</summary>
internal sealed record ProgrammingError(string Model, double Sigma)
{
    /// <summary>Every cell gets exactly its target.</summary>
    public static ProgrammingError None { get; } = new("none", 0);

    /// <summary>Write-verify: programming is repeated until the error is at most this fraction of gOn; 0 = no verification.</summary>
    public double Window { get; init; }

    /// <summary>Write-verify: at most this many attempts; the last one stays.</summary>
    public int Pulses { get; init; } = 1;

    /// <summary>Model <c>table</c>: conductance and standard deviation in siemens, ascending; between entries linear, beyond the ends
    /// constant.</summary>
    public IReadOnlyList<(double Conductance, double Sigma)> Table { get; init; } = [];
}
