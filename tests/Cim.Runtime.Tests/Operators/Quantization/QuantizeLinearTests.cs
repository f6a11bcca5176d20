using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Quantization;

/// <summary>Reals to codes.</summary>
public sealed class QuantizeLinearTests
{
    [Fact]
    public void Quantizing_rounds_half_to_even_and_saturates_at_every_length_and_width()
    {
        var random = new Random(1);
        foreach (int n in AwkwardLengths)
        {
            for (int bits = 1; bits <= 8; bits++)
            {
                bool signed = random.Next(2) == 0;
                int low = signed ? -(1 << (bits - 1)) : 0,
                    high = signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1,
                    zero = random.Next(low, high + 1);
                float scale = random.Next(3) == 0 ? 0.5f : random.NextSingle() + 1e-3f;
                float[] x = [.. Enumerable.Range(0, n)
                    .Select(i =>
                    random.Next(4) switch
                    {
                        0 => random.Next(-999, 999) * 0.25f,
                        1 => (random.NextSingle() - 0.5f) * 1e9f,
                        _ => (random.NextSingle() - 0.5f) * 300,
                    })];
                Tensor zeroPoint = signed ? Tensor.Scalar((sbyte)zero) : Tensor.Scalar((byte)zero);
                byte[] expected = [.. x.Select(
                    v => unchecked((byte)(int)Math.Clamp(Math.Round((double)(v / scale), MidpointRounding.ToEven) + zero, low, high)))];
                Tensor q = Run("QuantizeLinear", Attributes(("bits", bits)), Floats([n], x), Tensor.Scalar(scale), zeroPoint);
                Assert.Equal(expected, q.Data.ToArray());
                float[] back = Run("DequantizeLinear", Attributes(("bits", bits)), q, Tensor.Scalar(scale), zeroPoint).Floats();
                Assert.Equal([.. expected.Select(v => ((signed ? (sbyte)v : v) - zero) * scale)], back);
            }
        }
    }

    [Fact]
    public void Infinities_saturate_and_NaN_becomes_the_lowest_value()
    {
        float[] x = [float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        byte[] one = Run("QuantizeLinear", Floats([3], x), Tensor.Scalar(1f), Tensor.Scalar((sbyte)3)).Data.ToArray();
        Assert.Equal(new byte[] { 127, 128, 128 }, one);
        byte[] many = Run("QuantizeLinear", Floats([33], [.. Enumerable.Range(0, 33).Select(i => x[i % 3])]), Tensor.Scalar(1f),
            Tensor.Scalar((sbyte)3)).Data.ToArray();
        Assert.Equal([.. Enumerable.Range(0, 33).Select(i => one[i % 3])], many);
    }

    [Fact]
    public void Scales_may_go_with_an_axis()
    {
        Tensor x = Floats([1, 2, 2], 1, 2, 3, 4), scale = Floats([2], 1, 0.5f), zero = Tensor.Create<sbyte>(new Shape(2), [0, 1]);
        Tensor q = Run("QuantizeLinear", x, scale, zero);
        Assert.Equal(new sbyte[] { 1, 2, 7, 9 }, q.Span<sbyte>().ToArray());
        Assert.Equal(x.Floats(), Run("DequantizeLinear", q, scale, zero).Floats());
        Assert.Equal(new sbyte[] { 1, 5, 3, 9 }, Run("QuantizeLinear", Attributes(("axis", -1)), x, scale, zero).Span<sbyte>().ToArray());
        Refused("QuantizeLinear", Attributes(("axis", 0)), x, scale, zero);
        Refused("QuantizeLinear", null, x, scale, Tensor.Scalar((sbyte)0));
        Refused("QuantizeLinear", Attributes(("block_size", 2)), x, scale, zero);
    }

    [Fact]
    public void The_type_is_that_of_the_zero_point_or_asked_for_or_unsigned()
    {
        Assert.Equal(ElementType.UInt8, Run("QuantizeLinear", Ramp(2), Tensor.Scalar(1f)).Type);
        Assert.Equal(ElementType.Int8, Run("QuantizeLinear", Attributes(("output_dtype", 3)), Ramp(2), Tensor.Scalar(1f)).Type);
        Refused("QuantizeLinear", Attributes(("output_dtype", 5)), Ramp(2), Tensor.Scalar(1f));
        Refused("QuantizeLinear", Attributes(("bits", 9)), Ramp(2), Tensor.Scalar(1f));
    }
}
