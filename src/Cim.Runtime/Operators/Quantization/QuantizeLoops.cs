using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cim.Runtime.Operators.Quantization;

/// <summary>The loops between floats and 8-bit integers; rounding is half to even everywhere.</summary>
internal static class QuantizeLoops
{
    /// <summary>Adding and subtracting 1.5 * 2^23 rounds |x| below 2^22 to an integer, half to even, by IEEE 754 alone.</summary>
    private const float Rounder = 12582912f;

    /// <summary>q = saturate(round(x / scale) + zeroPoint) to [low, high]; NaN becomes low.</summary>
    public static void Quantize(ReadOnlySpan<float> x, Span<byte> q, float scale, int zeroPoint, int low, int high)
    {
        // Limits are integers, so clamping before rounding gives the same result and keeps the rounding trick in range.
        float min = low - zeroPoint, max = high - zeroPoint;
        Vector256<float> vs = Vector256.Create(scale),
            vmin = Vector256.Create(min),
            vmax = Vector256.Create(max),
            vr = Vector256.Create(Rounder);
        Vector256<int> vz = Vector256.Create(zeroPoint);
        ref float rx = ref MemoryMarshal.GetReference(x);
        ref byte rq = ref MemoryMarshal.GetReference(q);
        x = x[..q.Length];
        int i = 0;
        for (; i <= q.Length - 32; i += 32)
        {
            Vector256<short> a = Vector256.Narrow(Eight(ref rx, i, vs, vmin, vmax, vr, vz), Eight(ref rx, i + 8, vs, vmin, vmax, vr, vz));
            Vector256<short> b = Vector256.Narrow(
                Eight(ref rx, i + 16, vs, vmin, vmax, vr, vz), Eight(ref rx, i + 24, vs, vmin, vmax, vr, vz));
            Vector256.Narrow(a, b).AsByte().StoreUnsafe(ref rq, (nuint)i);
        }

        for (; i < q.Length; i++)
        {
            float v = x[i] / scale;
            v = v >= min ? v : min;
            v = v <= max ? v : max;
            q[i] = unchecked((byte)((int)((v + Rounder) - Rounder) + zeroPoint));
        }
    }

    private static Vector256<int> Eight(ref float x, int at, Vector256<float> scale, Vector256<float> min, Vector256<float> max,
        Vector256<float> rounder, Vector256<int> zero)
    {
        Vector256<float> v = Vector256.LoadUnsafe(ref x, (nuint)at) / scale;
        v = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(v, min), v, min);
        v = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(v, max), v, max);
        return Vector256.ConvertToInt32((v + rounder) - rounder) + zero;
    }

    /// <summary>x = (q - zeroPoint) * scale for bytes read as signed or unsigned.</summary>
    public static void Dequantize(ReadOnlySpan<byte> q, Span<float> x, float scale, int zeroPoint, bool signed)
    {
        Vector256<float> vs = Vector256.Create(scale);
        Vector256<int> vz = Vector256.Create(zeroPoint);
        ref byte rq = ref MemoryMarshal.GetReference(q);
        ref float rx = ref MemoryMarshal.GetReference(x);
        q = q[..x.Length];
        int i = 0;
        for (; i <= x.Length - 16; i += 16)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref rq, (nuint)i);
            Vector256<short> wide = signed
                ? Vector256.Create(Vector128.WidenLower(bytes.AsSByte()), Vector128.WidenUpper(bytes.AsSByte()))
                : Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes)).AsInt16();
            (Vector256<int> low, Vector256<int> high) = Vector256.Widen(wide);
            (Vector256.ConvertToSingle(low - vz) * vs).StoreUnsafe(ref rx, (nuint)i);
            (Vector256.ConvertToSingle(high - vz) * vs).StoreUnsafe(ref rx, (nuint)i + 8);
        }

        for (; i < x.Length; i++) x[i] = ((signed ? (sbyte)q[i] : q[i]) - zeroPoint) * scale;
    }
}
