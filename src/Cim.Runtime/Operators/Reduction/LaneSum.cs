using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Reduction;

/// <summary>
/// Sums of floats in double precision with a fixed order: element i of a full block of 8 goes to lane i mod 8, lanes j and
/// j + 4 are added, then ((0 + 1) + (2 + 3)), then the remaining elements one by one. Same bits on every machine.
/// </summary>
internal static class LaneSum
{
    public static double Of(ReadOnlySpan<float> x)
    {
        Vector256<double> low = default, high = default;
        ref float r = ref MemoryMarshal.GetReference(x);
        int i = 0;
        for (; i <= x.Length - 8; i += 8)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref r, (nuint)i));
            low += a;
            high += b;
        }

        double sum = Fold(low + high);
        for (; i < x.Length; i++) sum += x[i];
        return sum;
    }

    /// <summary>The sum of squares of x - mean.</summary>
    public static double OfSquares(ReadOnlySpan<float> x, double mean)
    {
        Vector256<double> low = default, high = default, m = Vector256.Create(mean);
        ref float r = ref MemoryMarshal.GetReference(x);
        int i = 0;
        for (; i <= x.Length - 8; i += 8)
        {
            (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref r, (nuint)i));
            a -= m;
            b -= m;
            low += a * a;
            high += b * b;
        }

        double sum = Fold(low + high);
        for (; i < x.Length; i++) sum += (x[i] - mean) * (x[i] - mean);
        return sum;
    }

    private static double Fold(Vector256<double> s) => (s[0] + s[1]) + (s[2] + s[3]);
}
