using System.Runtime.InteropServices;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Pairs of 16 bits: every weight and input of 8 bits.</summary>
internal readonly unsafe struct PairDots<L, TI, TF> : IDotKernel
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    /// <inheritdoc/>
    public int InputsPerLane => 2;

    /// <inheritdoc/>
    public int From(QuantizationParameters input) => input.ZeroPoint;

    /// <inheritdoc/>
    public void PackWeights(ReadOnlySpan<sbyte> weights, Span<int> lanes)
    {
        Span<short> wide = MemoryMarshal.Cast<int, short>(lanes);
        for (int r = 0; r < weights.Length; r++) wide[r] = weights[r];
    }

    /// <inheritdoc/>
    public bool PackInputs(byte* source, int count, QuantizationParameters input, Span<int> lanes)
    {
        fixed (int* x = lanes) DotProducts.Widen(source, input.Signed, input.ZeroPoint, count, (short*)x, 2 * lanes.Length);
        return true;
    }

    /// <inheritdoc/>
    public void TwoByFour(int* x0, int* x1, int* weights, nint length, int* sums0, int* sums1) =>
        DotProducts.TwoByFour<L, TI, TF>(x0, x1, weights, length, length, sums0, sums1);
}
