using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Quads of bytes whose products fit 16 bits for a few steps (vpmaddubsw): narrow weights, narrow inputs, or both.</summary>
/// <param name="together">Steps that are added in 16 bits.</param>
internal readonly unsafe struct ByteKernel<B, L, TI, TF>(int together) : IConvolutionKernel
    where B : struct, IByteLanes<TI>
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private readonly int _together = together;

    /// <inheritdoc/>
    public PlaneLayout Layout(CrossbarLayer layer, int lanes) => Quads.Layout(layer, lanes);

    /// <inheritdoc/>
    public (int[] Weights, int[] Bias) Weights(CrossbarLayer layer, PlaneLayout layout, int block) =>
        QuadWeights.Pack(layer, layout, block, Quads.LeastInput(layer.Input));

    /// <inheritdoc/>
    public bool Pack(PlaneLayout layout, byte* channels, QuantizationParameters input, PlaneBand band, int* planes, byte* scratch) =>
        QuadPacker.Pack(layout, channels, input, Quads.LeastInput(input), band, planes, scratch);

    /// <inheritdoc/>
    public int Vectors => 2;

    /// <inheritdoc/>
    public void Four(int** x, in Steps steps, int* start, SumRows sums) =>
        QuadProducts.FourByTwo<B, L, TI, TF>(x[0], x[1], steps, _together, start, sums);

    /// <inheritdoc/>
    public void One(int** x, in Steps steps, int start, int* sums) => throw Quads.NotDepthwise();
}
