using System.Runtime.Intrinsics;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>Layers that are computed from products of bytes, which are half as wide as those of <see cref="ExactLayers.Direct"/>.</summary>
internal static class NarrowLayers
{
    /// <summary>Matrices with fewer inputs leave most of a vector of 512 bits empty.</summary>
    private const int FewestInputsOf512 = 32;

    /// <summary>Prepares a layer; null where products may leave 16 bits too soon, or leave quads empty.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="level">256 bits or more.</param>
    /// <param name="hasVnni">Whether the processor adds products of bytes in 32 bits.</param>
    public static PreparedLayer? Prepare(CrossbarLayer layer, SimdLevel level, bool hasVnni)
    {
        int together = Quads.Together(layer);
        if (together == 0 && !hasVnni) return null;
        if (Quads.Suit(layer)) return Convolution(layer, level, hasVnni, together);
        bool isMatrix = layer.Geometry is null or { OutputWidth: <= 3 };
        return isMatrix && layer.ColumnsPerGroup > 1 ? Matrix(layer, level, hasVnni, together) : null;
    }

    private static PreparedLayer Convolution(CrossbarLayer layer, SimdLevel level, bool hasVnni, int together)
    {
        if (level >= SimdLevel.Vector512 && together > 0)
            return ExactLayers.Fits(layer, Vector512<int>.Count)
                ? Of<Bytes512, Lanes512, Vector512<int>, Vector512<float>>()
                : new ExactConvolution<HalvesKernel, Lanes256, Vector256<int>, Vector256<float>>(layer, new HalvesKernel(together));
        return hasVnni ? new ExactConvolution<VnniKernel, Lanes256, Vector256<int>, Vector256<float>>(layer, default)
            : Of<Bytes256, Lanes256, Vector256<int>, Vector256<float>>();

        PreparedLayer Of<B, L, TI, TF>()
            where B : struct, IByteLanes<TI>
            where L : struct, ILanes<TI, TF>
            where TI : unmanaged
            where TF : unmanaged =>
            new ExactConvolution<ByteKernel<B, L, TI, TF>, L, TI, TF>(layer, new ByteKernel<B, L, TI, TF>(together));
    }

    private static PreparedLayer Matrix(CrossbarLayer layer, SimdLevel level, bool hasVnni, int together)
    {
        if (level >= SimdLevel.Vector512 && together > 0 && layer.RowsPerGroup > FewestInputsOf512)
            return Of<Bytes512, Lanes512, Vector512<int>, Vector512<float>>();
        return hasVnni ? new ExactMatrix<VnniDots, Lanes256, Vector256<int>, Vector256<float>>(layer, default)
            : Of<Bytes256, Lanes256, Vector256<int>, Vector256<float>>();

        PreparedLayer Of<B, L, TI, TF>()
            where B : struct, IByteLanes<TI>
            where L : struct, ILanes<TI, TF>
            where TI : unmanaged
            where TF : unmanaged =>
            new ExactMatrix<QuadDots<B, L, TI, TF>, L, TI, TF>(layer, new QuadDots<B, L, TI, TF>(together));
    }
}
