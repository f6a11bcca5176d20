namespace Cim.Compiler.Variation;

/// <summary>What variation-aware quantization is asked for.</summary>
internal sealed record VariationOptions
{
    public const double DefaultConfidence = 0.999;

    /// <summary>Probability that variation moves a kept output by less than half of its last bit.</summary>
    public double Confidence { get; init; } = DefaultConfidence;

    /// <summary>Whether columns of a layer may have widths and cells of their own.</summary>
    public bool ColumnGroups { get; init; } = true;

    /// <summary>Calibration images whose activations are looked at.</summary>
    public int Images { get; init; } = 16;

    /// <summary>Output positions of a layer that are looked at.</summary>
    public int Positions { get; init; } = 64;
}
