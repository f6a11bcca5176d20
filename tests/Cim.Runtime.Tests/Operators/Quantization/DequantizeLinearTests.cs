using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Quantization;

/// <summary>Codes to reals.</summary>
public sealed class DequantizeLinearTests
{
    [Fact]
    public void Wide_integers_are_dequantized_too()
    {
        Tensor q = Tensor.Create<int>(new Shape(2), [int.MinValue, 1000]);
        Assert.Equal([int.MinValue * 0.5f, 500f], Run("DequantizeLinear", q, Tensor.Scalar(0.5f)).Floats());
        Refused("DequantizeLinear", null, Ramp(2), Tensor.Scalar(1f));
    }

    [Fact]
    public void Every_code_of_a_byte_becomes_its_distance_from_the_zero_point_times_the_scale()
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        float[] unsigned = Run("DequantizeLinear", Tensor.Create<byte>(new Shape(256), codes), Tensor.Scalar(0.25f),
            Tensor.Scalar((byte)7)).Floats();
        float[] signed = Run("DequantizeLinear", new Tensor(ElementType.Int8, new Shape(256), codes), Tensor.Scalar(0.25f),
            Tensor.Scalar((sbyte)-7)).Floats();
        Assert.Equal([.. codes.Select(c => (c - 7) * 0.25f)], unsigned);
        Assert.Equal([.. codes.Select(c => ((sbyte)c + 7) * 0.25f)], signed);
    }

    [Fact]
    public void A_scale_may_go_with_an_axis()
    {
        Tensor q = Tensor.Create<sbyte>(new Shape(2, 2), [1, 2, 3, 4]), scale = Floats([2], 1, 10);
        Assert.Equal([1f, 20f, 3f, 40f], Run("DequantizeLinear", q, scale).Floats());
        Assert.Equal([1f, 2f, 30f, 40f], Run("DequantizeLinear", Attributes(("axis", 0)), q, scale).Floats());
    }
}
