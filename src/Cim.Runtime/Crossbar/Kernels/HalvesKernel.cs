namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>As <see cref="ByteKernel{B, L, TI, TF}"/> with 512 bits, where rows of positions fill half of them: two at a time.</summary>
/// <param name="together">Steps that are added in 16 bits.</param>
internal readonly unsafe struct HalvesKernel(int together) : IConvolutionKernel
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
    public int Vectors => 4;

    /// <inheritdoc/>
    public void Four(int** x, in Steps steps, int* start, SumRows sums) =>
        QuadProducts.FourByHalves(x, steps, _together, start, sums);

    /// <inheritdoc/>
    public void One(int** x, in Steps steps, int start, int* sums) => throw Quads.NotDepthwise();
}
