using System.Runtime.Intrinsics;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// Dot products of 16-bit rows, lanes along the inputs. Rows are padded with zeros to whole vectors, so there is no remainder.
/// </summary>
internal static unsafe class DotProducts
{
    /// <summary>Two input rows by four weight rows; <paramref name="length"/> is in pairs and a multiple of the lanes.</summary>
    public static void TwoByFour<L, TI, TF>(
        int* x0, int* x1, int* weights, nint weightStride, nint length, int* acc0, int* acc1)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TI a0 = L.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        int* w0 = weights;
        int* w1 = w0 + weightStride;
        int* w2 = w1 + weightStride;
        int* w3 = w2 + weightStride;
        for (nint i = 0; i < length; i += L.Count)
        {
            TI u = L.Load(x0 + i), v = L.Load(x1 + i);
            TI w = L.Load(w0 + i);
            a0 = L.Add(a0, L.MultiplyAddPairs(u, w));
            b0 = L.Add(b0, L.MultiplyAddPairs(v, w));
            w = L.Load(w1 + i);
            a1 = L.Add(a1, L.MultiplyAddPairs(u, w));
            b1 = L.Add(b1, L.MultiplyAddPairs(v, w));
            w = L.Load(w2 + i);
            a2 = L.Add(a2, L.MultiplyAddPairs(u, w));
            b2 = L.Add(b2, L.MultiplyAddPairs(v, w));
            w = L.Load(w3 + i);
            a3 = L.Add(a3, L.MultiplyAddPairs(u, w));
            b3 = L.Add(b3, L.MultiplyAddPairs(v, w));
        }
        acc0[0] = L.Sum(a0);
        acc0[1] = L.Sum(a1);
        acc0[2] = L.Sum(a2);
        acc0[3] = L.Sum(a3);
        acc1[0] = L.Sum(b0);
        acc1[1] = L.Sum(b1);
        acc1[2] = L.Sum(b2);
        acc1[3] = L.Sum(b3);
    }

    /// <summary>Converts bytes to 16-bit integers minus the zero point, zeros up to <paramref name="padded"/> elements.</summary>
    public static void Widen(byte* source, bool signed, int zeroPoint, int count, short* destination, int padded)
    {
        // Vector lanes do not matter here: bytes to 16 bits is one instruction of any width and far from the hot loop.
        int i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            var zero = Vector128.Create((short)zeroPoint);
            for (; i + 16 <= count; i += 16)
            {
                var bytes = Vector128.Load(source + i);
                var (low, high) = signed
                    ? Vector128.Widen(bytes.AsSByte())
                    : Reinterpret(Vector128.Widen(bytes));
                Vector128.Store(low - zero, destination + i);
                Vector128.Store(high - zero, destination + i + 8);
            }
        }
        for (; i < count; i++) destination[i] = (short)((signed ? (sbyte)source[i] : source[i]) - zeroPoint);
        for (; i < padded; i++) destination[i] = 0;
    }

    private static (Vector128<short>, Vector128<short>) Reinterpret(
        (Vector128<ushort> Low, Vector128<ushort> High) v) =>
        (Vector128.AsInt16(v.Low), Vector128.AsInt16(v.High));
}
