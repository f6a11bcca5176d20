using Cim.Compiler.Calibration;

namespace Cim.Compiler.Quantization;

/// <summary>The choices of post-training quantization.</summary>
internal sealed record QuantizerOptions
{
    public RangeMethod Range { get; init; } = RangeMethod.Automatic;

    /// <summary>For <see cref="RangeMethod.Percentile"/>.</summary>
    public double Percentile { get; init; } = 99.99;

    /// <summary>Weights at most this wide are rounded so that the layer's output, not each weight, is near the float one's.</summary>
    public int ErrorCompensationBits { get; init; } = 7;

    /// <summary>Shift biases so that each output's mean is that of the float network.</summary>
    public bool BiasCorrection { get; init; } = true;
}
