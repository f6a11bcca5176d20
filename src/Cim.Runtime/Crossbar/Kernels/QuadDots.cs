using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Quads of bytes whose products fit 16 bits for a few steps: narrow weights, narrow inputs, or both.</summary>
/// <param name="together">Steps that are added in 16 bits.</param>
internal readonly unsafe struct QuadDots<B, L, TI, TF>(int together) : IDotKernel
    where B : struct, IByteLanes<TI>
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private readonly int _together = together;

    /// <inheritdoc/>
    public int InputsPerLane => 4;

    /// <inheritdoc/>
    public int From(QuantizationParameters input) => Quads.LeastInput(input);

    /// <inheritdoc/>
    public void PackWeights(ReadOnlySpan<sbyte> weights, Span<int> lanes) => weights.CopyTo(MemoryMarshal.Cast<int, sbyte>(lanes));

    /// <inheritdoc/>
    public bool PackInputs(byte* source, int count, QuantizationParameters input, Span<int> lanes) =>
        Quads.Pack(source, count, Quads.LeastInput(input), lanes) <= input.Max - input.Min;

    /// <inheritdoc/>
    public void TwoByFour(int* x0, int* x1, int* weights, nint length, int* sums0, int* sums1)
    {
        TI a0 = L.Broadcast(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, ones = L.Broadcast(0x00010001);
        int* w1 = weights + length, w2 = w1 + length, w3 = w2 + length;
        for (nint i = 0; i < length;)
        {
            nint end = Math.Min(length, i + (_together * L.Count));
            TI c0 = L.Broadcast(0), c1 = c0, c2 = c0, c3 = c0, d0 = c0, d1 = c0, d2 = c0, d3 = c0;
            for (; i < end; i += L.Count)
            {
                TI u = L.Load(x0 + i), v = L.Load(x1 + i);
                TI w = L.Load(weights + i);
                c0 = B.AddPairs(c0, B.MultiplyAddBytes(u, w));
                d0 = B.AddPairs(d0, B.MultiplyAddBytes(v, w));
                w = L.Load(w1 + i);
                c1 = B.AddPairs(c1, B.MultiplyAddBytes(u, w));
                d1 = B.AddPairs(d1, B.MultiplyAddBytes(v, w));
                w = L.Load(w2 + i);
                c2 = B.AddPairs(c2, B.MultiplyAddBytes(u, w));
                d2 = B.AddPairs(d2, B.MultiplyAddBytes(v, w));
                w = L.Load(w3 + i);
                c3 = B.AddPairs(c3, B.MultiplyAddBytes(u, w));
                d3 = B.AddPairs(d3, B.MultiplyAddBytes(v, w));
            }

            a0 = L.Add(a0, L.MultiplyAddPairs(c0, ones));
            a1 = L.Add(a1, L.MultiplyAddPairs(c1, ones));
            a2 = L.Add(a2, L.MultiplyAddPairs(c2, ones));
            a3 = L.Add(a3, L.MultiplyAddPairs(c3, ones));
            b0 = L.Add(b0, L.MultiplyAddPairs(d0, ones));
            b1 = L.Add(b1, L.MultiplyAddPairs(d1, ones));
            b2 = L.Add(b2, L.MultiplyAddPairs(d2, ones));
            b3 = L.Add(b3, L.MultiplyAddPairs(d3, ones));
        }

        B.Sums(a0, a1, a2, a3).Store(sums0);
        B.Sums(b0, b1, b2, b3).Store(sums1);
    }
}
