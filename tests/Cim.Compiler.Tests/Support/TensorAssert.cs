using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Support;

/// <summary>Comparison and seeded creation of tensors.</summary>
internal static class TensorAssert
{
    /// <summary>What two orders of summing values of about one may differ by: small results of larger values carry that much.</summary>
    private const double Rounding = 1e-6;

    /// <summary>
    /// |actual - expected| at most <paramref name="relative"/> of the largest expected magnitude, or the rounding of values of about one.
    /// </summary>
    public static void Close(Tensor expected, Tensor actual, double relative, string what)
    {
        Assert.True(expected.Shape == actual.Shape, $"{what}: shape {actual.Shape}, expected {expected.Shape}");
        ReadOnlySpan<float> e = expected.Span<float>(), a = actual.Span<float>();
        double scale = 0;
        foreach (float v in e) scale = Math.Max(scale, Math.Abs(v));
        for (int i = 0; i < e.Length; i++)
            Assert.True(Math.Abs(e[i] - a[i]) <= Math.Max(Rounding, relative * scale),
                $"{what}: element {i} is {a[i]}, expected {e[i]} (scale {scale})");
    }

    public static Tensor Random(Shape shape, int seed, float low = -1, float high = 1)
    {
        var random = new Random(seed);
        float[] values = new float[shape.Elements];
        for (int i = 0; i < values.Length; i++) values[i] = low + ((high - low) * random.NextSingle());
        return Tensor.Create<float>(shape, values);
    }
}
