namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Quads of bytes on processors with AVX-VNNI: every weight and input of 8 bits.</summary>
internal readonly unsafe struct VnniKernel : IConvolutionKernel
{
    /// <inheritdoc/>
    public PlaneLayout Layout(CrossbarLayer layer, int lanes) => Quads.Layout(layer, lanes);

    /// <inheritdoc/>
    public (int[] Weights, int[] Bias) Weights(CrossbarLayer layer, PlaneLayout layout, int block) =>
        QuadWeights.Pack(layer, layout, block, Quads.LeastByte(layer.Input));

    /// <inheritdoc/>
    public bool Pack(PlaneLayout layout, byte* channels, QuantizationParameters input, PlaneBand band, int* planes, byte* scratch)
    {
        // Any byte fits.
        QuadPacker.Pack(layout, channels, input, Quads.LeastByte(input), band, planes, scratch);
        return true;
    }

    /// <inheritdoc/>
    public int Vectors => 2;

    /// <inheritdoc/>
    public void Four(int** x, in Steps steps, int* start, SumRows sums) =>
        VnniProducts.FourByTwo(x[0], x[1], steps, start, sums);

    /// <inheritdoc/>
    public void One(int** x, in Steps steps, int start, int* sums) => throw Quads.NotDepthwise();
}
