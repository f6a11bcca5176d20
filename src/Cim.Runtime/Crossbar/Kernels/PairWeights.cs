namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Weights as broadcast pairs in the order <see cref="PairProducts"/> reads them.</summary>
internal static class PairWeights
{
    /// <summary>[group, block, step, output in block] pairs and [group, block, output in block] biases; missing outputs are 0.</summary>
    public static (int[] Weights, int[] Bias) Pack(CrossbarLayer layer, PlaneLayout layout, int block)
    {
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        int blocks = (layer.ColumnsPerGroup + block - 1) / block;
        int[] weights = new int[checked(layer.Groups * blocks * layout.Steps * block)];
        int[] bias = new int[layer.Groups * blocks * block];
        for (int group = 0; group < layer.Groups; group++)
        for (int column = 0; column < layer.ColumnsPerGroup; column++)
        {
            int output = (group * layer.ColumnsPerGroup) + column;
            int index = (group * blocks) + (column / block), lane = column % block;
            ReadOnlySpan<sbyte> row = w.Slice(output * layer.RowsPerGroup, layer.RowsPerGroup);
            bias[(index * block) + lane] = layer.Bias[output];
            for (int step = 0; step < layout.Steps; step++)
            {
                (int low, int high) = layout.Rows(step);
                weights[(((index * layout.Steps) + step) * block) + lane] = (row[low] & 0xFFFF) | ((high < 0 ? 0 : row[high]) << 16);
            }
        }
        return (weights, bias);
    }
}
