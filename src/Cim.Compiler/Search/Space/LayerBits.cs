namespace Cim.Compiler.Search.Space;

/// <summary>The precision of one layer: bits of weights, of the input, and of conversions (0 = the profile's).</summary>
internal readonly record struct LayerBits(int WeightBits, int ActivationBits, int AdcBits)
{
    /// <summary>True if no width is narrower than the other's. An ideal or default read-out (0) counts as the widest.</summary>
    public bool IsAtLeast(LayerBits other) =>
        WeightBits >= other.WeightBits && ActivationBits >= other.ActivationBits && Adc(AdcBits) >= Adc(other.AdcBits);

    private static int Adc(int bits) => bits == 0 ? int.MaxValue : bits;
}
