namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Weights as broadcast quads of bytes in the order <see cref="QuadProducts"/> reads them.</summary>
internal static class QuadWeights
{
    /// <summary>
    /// [group, block, step, output in block] quads and [group, block, output in block] biases; missing outputs are 0. Inputs are counted
    /// from the least one, so that they have no sign: sum w (q - zero) = sum w (q - least) - (zero - least) sum w.
    /// </summary>
    public static (int[] Weights, int[] Bias) Pack(CrossbarLayer layer, PlaneLayout layout, int block, int least)
    {
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        int blocks = (layer.ColumnsPerGroup + block - 1) / block;
        int[] weights = new int[checked(layer.Groups * blocks * layout.Steps * block)];
        int[] bias = new int[layer.Groups * blocks * block];
        int zero = layer.Input.ZeroPoint - least;
        for (int group = 0; group < layer.Groups; group++)
        for (int column = 0; column < layer.ColumnsPerGroup; column++)
        {
            int output = (group * layer.ColumnsPerGroup) + column;
            int index = (group * blocks) + (column / block), lane = column % block;
            ReadOnlySpan<sbyte> row = w.Slice(output * layer.RowsPerGroup, layer.RowsPerGroup);
            int sum = 0;
            foreach (sbyte v in row) sum += v;
            // Sums wrap around and back.
            bias[(index * block) + lane] = unchecked(layer.Bias[output] - (zero * sum));
            for (int step = 0; step < layout.Steps; step++)
            {
                int quad = 0;
                for (int c = 0; c < layout.ChannelsPerPlane; c++)
                    if (layout.Row(step, c) is >= 0 and var r) quad |= (byte)row[r] << (8 * c);
                weights[(((index * layout.Steps) + step) * block) + lane] = quad;
            }
        }
        return (weights, bias);
    }
}
