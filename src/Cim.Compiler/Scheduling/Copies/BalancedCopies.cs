namespace Cim.Compiler.Scheduling.Copies;

/// <summary>
/// The rule of PIMCOMP (DAC 2023) named <c>balance</c>: fully connected layers have one copy; while the arrays left exceed both what one
/// more copy of the first layer of the heap takes and half of what convolutions had at the start, that layer gets a copy. The heap is
/// ordered by the windows a copy has left to do, ceil(windows / copies). A convolution's first copy is not subtracted from the arrays.
/// </summary>
internal static class BalancedCopies
{
    /// <summary>The copies of each layer.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="arrays">All arrays of the chip.</param>
    public static long[] Of(IReadOnlyList<LayerLoad> layers, long arrays)
    {
        long[] copies = [.. layers.Select(_ => 1L)];
        var heap = new WindowHeap();
        for (int i = 0; i < layers.Count; i++)
            if (layers[i].IsConvolution) heap.Push(i, layers[i].Products);
        long left = arrays - layers.Where(l => !l.IsConvolution).Sum(l => l.Arrays);
        long margin = (long)(left * 0.5f);
        while (heap.Count > 0 && left > layers[heap.Top].Arrays && left > margin)
        {
            int layer = heap.Pop();
            copies[layer]++;
            heap.Push(layer, (long)Math.Ceiling((float)layers[layer].Products / copies[layer]));
            left -= layers[layer].Arrays;
        }

        return copies;
    }
}
