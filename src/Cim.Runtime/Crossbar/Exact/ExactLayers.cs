using System.Runtime.Intrinsics;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Exact;

/// <summary>Chooses how a layer is computed at <see cref="Fidelity.Exact"/>.</summary>
internal static class ExactLayers
{
    /// <summary>Prepares a layer for a vector width.</summary>
    public static PreparedLayer Prepare(CrossbarLayer layer, SimdLevel level)
    {
        if (ExactWide.IsNeeded(layer)) return new ExactWide(layer);
        if (level >= SimdLevel.Vector256 && NarrowLayers.Prepare(layer, level, Quads.HasVnni(level)) is { } narrow) return narrow;
        if (level >= SimdLevel.Vector256 && WinogradConvolution.Suits(layer)) return new WinogradConvolution(layer);
        return Direct(layer, level);
    }

    /// <summary>The same without a transform of the inputs.</summary>
    public static PreparedLayer Direct(CrossbarLayer layer, SimdLevel level)
    {
        return level switch
        {
            SimdLevel.Vector512 when Fits(layer, 16) => Create<Lanes512, Vector512<int>, Vector512<float>>(layer),
            SimdLevel.Vector512 or SimdLevel.Vector256 => Create<Lanes256, Vector256<int>, Vector256<float>>(layer),
            SimdLevel.Vector128 => Create<Lanes128, Vector128<int>, Vector128<float>>(layer),
            _ => Create<Lanes1, int, float>(layer),
        };
    }

    private static PreparedLayer Create<L, TI, TF>(CrossbarLayer layer)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged =>
        // Rows of one to three outputs would leave most lanes idle; a depthwise convolution has too few inputs for dot products.
        layer.Geometry is { } g && (g.OutputWidth > 3 || L.Count == 1 || layer.ColumnsPerGroup == 1)
            ? new ExactConvolution<PairKernel<L, TI, TF>, L, TI, TF>(layer, default)
            : new ExactMatrix<PairDots<L, TI, TF>, L, TI, TF>(layer, default);

    /// <summary>True unless a vector is wider than an output row.</summary>
    internal static bool Fits(CrossbarLayer layer, int lanes) =>
        layer.Geometry is not { } g || g.OutputWidth <= 3 || (g.OutputWidth + lanes - 1) / lanes * lanes < 2 * g.OutputWidth;
}
