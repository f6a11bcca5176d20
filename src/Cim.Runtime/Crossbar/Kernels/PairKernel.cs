using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Pairs of 16 bits: every weight and input of 8 bits.</summary>
internal readonly unsafe struct PairKernel<L, TI, TF> : IConvolutionKernel
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    /// <inheritdoc/>
    public PlaneLayout Layout(CrossbarLayer layer, int lanes) => new(layer.Geometry!, layer.Geometry!.InputChannels / layer.Groups, lanes);

    /// <inheritdoc/>
    public (int[] Weights, int[] Bias) Weights(CrossbarLayer layer, PlaneLayout layout, int block) =>
        PairWeights.Pack(layer, layout, block);

    /// <inheritdoc/>
    public bool Pack(PlaneLayout layout, byte* channels, QuantizationParameters input, PlaneBand band, int* planes, byte* scratch)
    {
        PlanePacker.Pack<L, TI, TF>(layout, channels, input, band, planes, scratch);
        return true;
    }

    /// <inheritdoc/>
    public int Vectors => 2;

    /// <inheritdoc/>
    public void Four(int** x, in Steps steps, int* start, SumRows sums) =>
        PairProducts.FourByTwo<L, TI, TF>(x[0], x[1], steps.Offsets, steps.Weights, steps.Count, start, sums);

    /// <inheritdoc/>
    public void One(int** x, in Steps steps, int start, int* sums) =>
        PairProducts.OneByTwo<L, TI, TF>(x[0], x[1], steps.Offsets, steps.Weights, steps.Count, start, sums);
}
