using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Compiler.Quantization;

/// <summary>Sums of products, in eight lanes on every processor, so that they have the same bits on each.</summary>
internal static class DotProduct
{
    /// <summary>The sum of the products of two spans of one length.</summary>
    public static float Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length, b.Length);
        ref float x = ref MemoryMarshal.GetReference(a), y = ref MemoryMarshal.GetReference(b);
        Vector256<float> sum = default;
        int i = 0;
        for (; i <= a.Length - 8; i += 8) sum += Vector256.LoadUnsafe(ref x, (nuint)i) * Vector256.LoadUnsafe(ref y, (nuint)i);
        float total = 0;
        for (int lane = 0; lane < 8; lane++) total += sum[lane];
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }
}
