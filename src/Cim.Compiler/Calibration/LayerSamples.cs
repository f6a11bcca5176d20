using Cim.Compiler.Ir;
using Cim.Compiler.Ort;

namespace Cim.Compiler.Calibration;

/// <summary>
/// What a layer reads and should write at a sample of its positions: per group a matrix X of input rows (the patches a
/// crossbar's word lines see) and the matrix Y of the float network's outputs.
/// </summary>
/// <param name="Count">Positions sampled.</param>
/// <param name="X">[groups, positions, rows].</param>
/// <param name="Y">[groups, positions, columns].</param>
internal sealed record LayerSamples(int Count, float[] X, float[] Y)
{
    /// <summary>Numbers held for one layer at most (128 MiB).</summary>
    private const long MaxElements = 1L << 25;

    /// <summary>More positions than this many per input row add nothing to a covariance.</summary>
    public const int PositionsPerRow = 24;

    private const int FewestPositions = 4096;

    /// <summary>Samples positions evenly over all images.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="quantized">Computes what the layer reads, <see cref="MvmLayer.Input"/> of the quantized network under
    /// <paramref name="inputName"/>.</param>
    /// <param name="inputName">The value the layer reads in the quantized network.</param>
    /// <param name="reference">Computes what the float network gives: <see cref="MvmLayer.Output"/>.</param>
    /// <param name="most">Positions to sample at most.</param>
    public static LayerSamples Gather(
        MvmLayer layer, StagedExecutor quantized, string inputName, StagedExecutor reference, int most = int.MaxValue)
    {
        int[] positions = Positions(layer, quantized, inputName);
        long perPosition = (long)layer.Groups * (layer.RowsPerGroup + layer.ColumnsPerGroup);
        long wanted = Math.Min(most, Math.Max(FewestPositions, (long)PositionsPerRow * layer.RowsPerGroup));
        long all = positions.Sum(p => (long)p);
        int count = (int)Math.Max(1, Math.Min(Math.Min(all, wanted), MaxElements / perPosition));
        var samples = new LayerSamples(count, new float[(long)count * layer.Groups * layer.RowsPerGroup],
            new float[(long)count * layer.Groups * layer.ColumnsPerGroup]);

        long before = 0;
        int next = 0;
        for (int run = 0; run < quantized.Runs; run++)
        {
            ReadOnlySpan<float> x = quantized.Value(run, inputName), y = reference.Value(run, layer.Output);
            int images = Images(layer, x);
            int[] counted = Counted(layer, x, quantized.Padding(run));
            // Position p of all is taken when the evenly spaced sequence passes it; the golden-ratio offset keeps the positions inside
            // the images from repeating.
            for (; next < count && Position(next, count, all) - before < positions[run]; next++)
            {
                int p = (int)(Position(next, count, all) - before);
                if (counted.Length > 0) p = counted[p];
                samples.Take(layer, next, p % layer.PositionsPerImage, p / layer.PositionsPerImage, images, x, y);
            }

            before += positions[run];
        }

        return samples;
    }

    /// <summary>How many positions of each run count.</summary>
    private static int[] Positions(MvmLayer layer, StagedExecutor network, string inputName)
    {
        int[] positions = new int[network.Runs];
        for (int run = 0; run < positions.Length; run++)
        {
            ReadOnlySpan<float> x = network.Value(run, inputName);
            int[] counted = Counted(layer, x, network.Padding(run));
            positions[run] = counted.Length > 0 ? counted.Length : Images(layer, x) * layer.PositionsPerImage;
        }

        return positions;
    }

    /// <summary>The positions of a run that are not padding, if the layer reads the sequence position by position; else empty.</summary>
    private static int[] Counted(MvmLayer layer, ReadOnlySpan<float> x, ReadOnlySpan<bool> padding)
    {
        if (layer.Geometry is not null || padding.IsEmpty || x.Length != (long)padding.Length * layer.RowsPerGroup) return [];
        var counted = new List<int>(padding.Length);
        for (int i = 0; i < padding.Length; i++)
            if (!padding[i]) counted.Add(i);
        return [.. counted];
    }

    /// <summary>
    /// Times the layer is used in a run: once a sample, unless the network has put the samples of a run together, or cut them up, before
    /// it.
    /// </summary>
    private static int Images(MvmLayer layer, ReadOnlySpan<float> x) =>
        Math.Max(1, x.Length / (
            layer.Geometry is { } g ? g.InputChannels * g.InputHeight * g.InputWidth : layer.RowsPerGroup * layer.PositionsPerImage));

    private static long Position(int index, int count, long all)
    {
        if (count == all) return index;
        double cell = (double)all / count, jitter = index * 0.6180339887498949 % 1;
        return Math.Min(all - 1, (long)((index + jitter) * cell));
    }

    private void Take(MvmLayer layer, int at, int position, int image, int images, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        int rows = layer.RowsPerGroup, columns = layer.ColumnsPerGroup;
        if (layer.Geometry is not { } g)
        {
            // Leading dimensions are the images and positions in order, whatever their number.
            long vector = ((long)image * (x.Length / images / rows)) + position;
            x.Slice((int)(vector * rows), rows).CopyTo(X.AsSpan(at * rows));
            y.Slice((int)(vector * columns), columns).CopyTo(Y.AsSpan(at * columns));
            return;
        }

        int outY = position / g.OutputWidth, outX = position % g.OutputWidth, channels = g.InputChannels / layer.Groups;
        int plane = g.InputHeight * g.InputWidth, outPlane = g.OutputHeight * g.OutputWidth;
        for (int group = 0; group < layer.Groups; group++)
        {
            Span<float> row = X.AsSpan(((group * Count) + at) * rows, rows);
            int r = 0;
            for (int c = 0; c < channels; c++)
            {
                int start = ((image * g.InputChannels) + (group * channels) + c) * plane;
                for (int ky = 0; ky < g.KernelHeight; ky++)
                {
                    int iy = (outY * g.StrideY) - g.PadTop + (ky * g.DilationY);
                    for (int kx = 0; kx < g.KernelWidth; kx++, r++)
                    {
                        int ix = (outX * g.StrideX) - g.PadLeft + (kx * g.DilationX);
                        row[r] = (uint)iy < (uint)g.InputHeight && (uint)ix < (uint)g.InputWidth ? x[start + (iy * g.InputWidth) + ix] : 0;
                    }
                }
            }

            for (int c = 0; c < columns; c++)
                Y[(((group * Count) + at) * columns) + c] = y[(((image * layer.Outputs) + (group * columns) + c) * outPlane) + position];
        }
    }
}
