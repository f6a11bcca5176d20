namespace Cim.Compiler.Precision;

/// <summary>The precision of one layer.</summary>
/// <param name="Name">The layer's node name.</param>
/// <param name="WeightBits">2 to 8 (2 = ternary: -1, 0, 1), or 1 = binary: -1, 1; where widths differ inside the layer, the widest.</param>
/// <param name="ActivationBits">Bits of the layer's input, 2 to 8.</param>
/// <param name="AdcBits">Bits of its conversions; 0 = the hardware profile's.</param>
internal sealed record LayerPrecision(string Name, int WeightBits, int ActivationBits, int AdcBits)
{
    /// <summary>How the weights are divided and lie on cells.</summary>
    public LayerLayout Layout { get; init; } = LayerLayout.Whole;

    /// <summary>Which strips are made of which shared columns; null = every strip has its own.</summary>
    public SharedColumns? SharedColumns => (Layout as LayerLayout.Shared)?.Columns;

    /// <summary>Whether all weights and inputs have 8 bits.</summary>
    public bool IsEightBit => WeightBits == 8 && ActivationBits == 8 && Layout.IsUndivided;
}
