namespace Cim.Runtime.Hardware;

/// <summary>Drift exponent nu after <paramref name="TimeSeconds"/> seconds.</summary>
internal sealed record Drift(double Nu, double TimeSeconds)
{
    /// <summary>No drift.</summary>
    public static Drift None { get; } = new(0, 1);

    /// <summary>Standard deviation of nu from cell to cell.</summary>
    public double NuSigma { get; init; }
}
