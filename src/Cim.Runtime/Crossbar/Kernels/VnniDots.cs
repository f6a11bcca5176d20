using System.Runtime.InteropServices;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Quads of bytes on processors with AVX-VNNI: every weight and input of 8 bits.</summary>
internal readonly unsafe struct VnniDots : IDotKernel
{
    /// <inheritdoc/>
    public int InputsPerLane => 4;

    /// <inheritdoc/>
    public int From(QuantizationParameters input) => Quads.LeastByte(input);

    /// <inheritdoc/>
    public void PackWeights(ReadOnlySpan<sbyte> weights, Span<int> lanes) => weights.CopyTo(MemoryMarshal.Cast<int, sbyte>(lanes));

    /// <inheritdoc/>
    public bool PackInputs(byte* source, int count, QuantizationParameters input, Span<int> lanes)
    {
        // Any byte fits.
        _ = Quads.Pack(source, count, Quads.LeastByte(input), lanes);
        return true;
    }

    /// <inheritdoc/>
    public void TwoByFour(int* x0, int* x1, int* weights, nint length, int* sums0, int* sums1) =>
        VnniProducts.TwoByFour(x0, x1, weights, length, sums0, sums1);
}
