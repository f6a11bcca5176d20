using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <content>Integer sums to bytes, 32 at a time (AVX2): the same operations, with one store instead of four.</content>
internal sealed partial class Requantizer
{
    private const int Group = 32;

    // Returns how many elements were done: whole groups.
    private unsafe int Bytes(int* sums, int count, float scale, byte* residual, byte* destination)
    {
        Vector256<float> s = Vector256.Create(scale), low = Vector256.Create(_low), high = Vector256.Create(_high);
        Vector256<short> zero = Vector256.Create((short)_outputZero);
        // Packing interleaves 128-bit lanes.
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        bool signed = _low + _outputZero < 0;
        int i = 0;
        for (; i + Group <= count; i += Group)
        {
            Vector256<int> a, b, c, d;
            if (_direct)
            {
                a = Round(Vector256.ConvertToSingle(Vector256.Load(sums + i)) * s, low, high);
                b = Round(Vector256.ConvertToSingle(Vector256.Load(sums + i + 8)) * s, low, high);
                c = Round(Vector256.ConvertToSingle(Vector256.Load(sums + i + 16)) * s, low, high);
                d = Round(Vector256.ConvertToSingle(Vector256.Load(sums + i + 24)) * s, low, high);
            }
            else
            {
                a = Round(WithResidual(sums + i, s, residual + i), low, high);
                b = Round(WithResidual(sums + i + 8, s, residual + i + 8), low, high);
                c = Round(WithResidual(sums + i + 16, s, residual + i + 16), low, high);
                d = Round(WithResidual(sums + i + 24, s, residual + i + 24), low, high);
            }
            Vector256<short> ab = Avx2.Add(Avx2.PackSignedSaturate(a, b), zero), cd = Avx2.Add(Avx2.PackSignedSaturate(c, d), zero);
            Vector256<int> bytes = signed ? Avx2.PackSignedSaturate(ab, cd).AsInt32() : Avx2.PackUnsignedSaturate(ab, cd).AsInt32();
            Avx2.PermuteVar8x32(bytes, order).AsByte().Store(destination + i);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<float> y, Vector256<float> low, Vector256<float> high) =>
        Avx.ConvertToVector256Int32(Avx.Min(Avx.Max(y, low), high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe Vector256<float> WithResidual(int* sums, Vector256<float> scale, byte* residual)
    {
        Vector256<float> y = Vector256.ConvertToSingle(Vector256.Load(sums)) * scale;
        if (_residualQuantized)
        {
            Vector256<int> q = (_residualSigned ? Lanes256.WidenSigned(residual) : Lanes256.WidenUnsigned(residual))
                - Vector256.Create(_residualZero);
            y += Vector256.ConvertToSingle(q) * Vector256.Create(_residualScale);
        }
        return Avx.Min(Vector256.Create(_maximum), Avx.Max(Vector256.Create(_minimum), y)) / Vector256.Create(_outputScale);
    }
}
