using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>As <see cref="QuadProducts"/> on processors with AVX-VNNI, which adds four products to 32 bits at once.</summary>
internal static unsafe class VnniProducts
{
#if NET10_0_OR_GREATER
    /// <summary>Whether the processor has it.</summary>
    public static bool IsSupported => AvxVnni.IsSupported;

    /// <inheritdoc cref="QuadProducts.FourByTwo{B, L, TI, TF}"/>
    public static void FourByTwo(int* x0, int* x1, in Steps steps, int* start, SumRows sums)
    {
        Vector256<int> a0 = Vector256.Create(start[0]), a1 = Vector256.Create(start[1]), a2 = Vector256.Create(start[2]);
        Vector256<int> a3 = Vector256.Create(start[3]), b0 = a0, b1 = a1, b2 = a2, b3 = a3;
        int* weights = steps.Weights;
        for (int* offsets = steps.Offsets, end = offsets + steps.Count; offsets < end; offsets++, weights += PairProducts.Outputs)
        {
            nint o = *offsets;
            Vector256<byte> u = Vector256.Load(x0 + o).AsByte(), v = Vector256.Load(x1 + o).AsByte();
            Vector256<sbyte> w = Vector256.Create(weights[0]).AsSByte();
            a0 = AvxVnni.MultiplyWideningAndAdd(a0, u, w);
            b0 = AvxVnni.MultiplyWideningAndAdd(b0, v, w);
            w = Vector256.Create(weights[1]).AsSByte();
            a1 = AvxVnni.MultiplyWideningAndAdd(a1, u, w);
            b1 = AvxVnni.MultiplyWideningAndAdd(b1, v, w);
            w = Vector256.Create(weights[2]).AsSByte();
            a2 = AvxVnni.MultiplyWideningAndAdd(a2, u, w);
            b2 = AvxVnni.MultiplyWideningAndAdd(b2, v, w);
            w = Vector256.Create(weights[3]).AsSByte();
            a3 = AvxVnni.MultiplyWideningAndAdd(a3, u, w);
            b3 = AvxVnni.MultiplyWideningAndAdd(b3, v, w);
        }

        int* acc = sums.First;
        a0.Store(acc);
        b0.Store(acc + 8);
        acc += sums.Stride;
        a1.Store(acc);
        b1.Store(acc + 8);
        acc += sums.Stride;
        a2.Store(acc);
        b2.Store(acc + 8);
        acc += sums.Stride;
        a3.Store(acc);
        b3.Store(acc + 8);
    }

    /// <inheritdoc cref="IDotKernel.TwoByFour"/>
    public static void TwoByFour(int* x0, int* x1, int* weights, nint length, int* sums0, int* sums1)
    {
        Vector256<int> a0 = Vector256<int>.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        int* w1 = weights + length, w2 = w1 + length, w3 = w2 + length;
        for (nint i = 0; i < length; i += Vector256<int>.Count)
        {
            Vector256<byte> u = Vector256.Load(x0 + i).AsByte(), v = Vector256.Load(x1 + i).AsByte();
            Vector256<sbyte> w = Vector256.Load(weights + i).AsSByte();
            a0 = AvxVnni.MultiplyWideningAndAdd(a0, u, w);
            b0 = AvxVnni.MultiplyWideningAndAdd(b0, v, w);
            w = Vector256.Load(w1 + i).AsSByte();
            a1 = AvxVnni.MultiplyWideningAndAdd(a1, u, w);
            b1 = AvxVnni.MultiplyWideningAndAdd(b1, v, w);
            w = Vector256.Load(w2 + i).AsSByte();
            a2 = AvxVnni.MultiplyWideningAndAdd(a2, u, w);
            b2 = AvxVnni.MultiplyWideningAndAdd(b2, v, w);
            w = Vector256.Load(w3 + i).AsSByte();
            a3 = AvxVnni.MultiplyWideningAndAdd(a3, u, w);
            b3 = AvxVnni.MultiplyWideningAndAdd(b3, v, w);
        }

        Bytes256.Sums(a0, a1, a2, a3).Store(sums0);
        Bytes256.Sums(b0, b1, b2, b3).Store(sums1);
    }
#else
    /// <summary>Whether the processor has it; these instructions are a preview before .NET 10.</summary>
    public static bool IsSupported => false;

    /// <inheritdoc cref="QuadProducts.FourByTwo{B, L, TI, TF}"/>
    public static void FourByTwo(int* x0, int* x1, in Steps steps, int* start, SumRows sums) => throw new PlatformNotSupportedException();

    /// <inheritdoc cref="IDotKernel.TwoByFour"/>
    public static void TwoByFour(int* x0, int* x1, int* weights, nint length, int* sums0, int* sums1) =>
        throw new PlatformNotSupportedException();
#endif
}
