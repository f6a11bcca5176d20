namespace Cim.Runtime.Crossbar;

/// <summary>
/// How a tensor of reals is represented by integers: real = scale * (q - zeroPoint), q rounded half to even and
/// saturated to [Min, Max] (the semantics of ONNX QuantizeLinear/DequantizeLinear).
/// </summary>
internal sealed record QuantizationParameters(float Scale, int ZeroPoint, int Bits, bool Signed)
{
    /// <summary>The smallest integer.</summary>
    public int Min => Signed ? -(1 << (Bits - 1)) : 0;

    /// <summary>The largest integer.</summary>
    public int Max => Signed ? (1 << (Bits - 1)) - 1 : (1 << Bits) - 1;

    /// <summary>How the integers lie in memory.</summary>
    public ElementType StorageType => Signed ? ElementType.Int8 : ElementType.UInt8;
}
