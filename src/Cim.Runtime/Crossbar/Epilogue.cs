namespace Cim.Runtime.Crossbar;

/// <summary>What happens digitally to a sum after shift-and-add, in this order; see docs/quantization.md for the rounding.</summary>
/// <param name="Residual">
/// If not null, a second tensor in the output's layout is dequantized with these parameters and added.
/// (A float residual has <see cref="ResidualIsFloat"/> set.)
/// </param>
/// <param name="ResidualIsFloat">The residual is float and is added as it is.</param>
/// <param name="Minimum">Lower clamp on the real value (0 for Relu), or negative infinity.</param>
/// <param name="Maximum">Upper clamp on the real value (6 for Relu6), or positive infinity.</param>
/// <param name="Output">If not null the result is requantized, else it is written as float.</param>
internal sealed record Epilogue(
    QuantizationParameters? Residual, bool ResidualIsFloat, float Minimum, float Maximum, QuantizationParameters? Output)
{
    public static Epilogue None { get; } = new(null, false, float.NegativeInfinity, float.PositiveInfinity, null);

    /// <summary>The sums themselves, 4 bytes each: 32-bit integers, or floats where conversions make them so. For blocks of a
    /// layer.</summary>
    public static Epilogue Sums { get; } = None with { GivesSums = true };

    /// <summary>See <see cref="Sums"/>.</summary>
    public bool GivesSums { get; init; }

    public bool AddsResidual => Residual is not null || ResidualIsFloat;
}
