using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Statistics;
using Cim.Runtime.Tensors;
using Cim.Training.Numerics;

namespace Cim.Compiler.Quantization;

/// <summary>Quantizes the weights of one layer, with the help of what is known about its inputs.</summary>
internal static class WeightQuantizer
{
    /// <summary>Above this many rows a covariance costs more than it gains.</summary>
    public const int MaxCovarianceRows = 2304;

    /// <summary>Added to the diagonal as a share of its mean: keeps rounding stable where inputs never vary. Like the ridge it grows where
    /// there are fewer samples than <see cref="LayerSamples.PositionsPerRow"/>.</summary>
    private const double Damping = 0.01;

    /// <summary>How strongly re-fitted weights are held to the original ones, as a share of the mean input variance.</summary>
    private const double Ridge = 0.02;

    /// <summary>Rounds every weight to the nearest level (binary: -1 or 1); the bias stays.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="bits">Width.</param>
    /// <param name="statistics">If not null, the scale counts errors by the inputs they meet and the bias is corrected.</param>
    /// <param name="strips">Widths of single strips instead; null = <paramref name="bits"/> everywhere.</param>
    /// <param name="cancellation">Checked at each output.</param>
    public static LayerWeights Nearest(
        MvmLayer layer, int bits, LayerStatistics? statistics, StripWidths? strips = null, CancellationToken cancellation = default)
    {
        int rows = layer.RowsPerGroup, levels = WeightScales.Levels(bits);
        StripGrids? grids = strips is null ? null : new StripGrids(strips);
        sbyte[] integers = new sbyte[layer.WeightCount];
        float[] scales = new float[layer.Outputs];
        Tensor weights = layer.WeightMatrix;
        Parallel.For(0, layer.Outputs, new ParallelOptions { CancellationToken = cancellation }, c =>
        {
            ReadOnlySpan<float> w = weights.Span<float>().Slice(c * rows, rows);
            ReadOnlySpan<double> importance = statistics is null ? [] : statistics.SquareX.AsSpan(c / layer.ColumnsPerGroup * rows, rows);
            if (grids is not null)
            {
                scales[c] = grids.Nearest(w, importance, c, integers.AsSpan(c * rows, rows));
                return;
            }

            if (bits == 1)
            {
                scales[c] = WeightScales.Binary(w, importance);
                for (int r = 0; r < rows; r++) integers[(c * rows) + r] = (sbyte)(w[r] < 0 ? -1 : 1);
                return;
            }

            scales[c] = WeightScales.Search(w, importance, bits);
            for (int r = 0; r < rows; r++) integers[(c * rows) + r] = (sbyte)WeightScales.Round(w[r] / (double)scales[c], levels);
        });
        return Finish(layer, grids?.Bits ?? bits, integers, scales, statistics);
    }

    /// <summary>
    /// Re-fits the weights to the float network's outputs given the inputs of the quantized one, then rounds with error
    /// compensation. Falls back to <see cref="Nearest"/> where the inputs' covariance is degenerate.
    /// </summary>
    public static LayerWeights Compensated(
        MvmLayer layer, int bits, LayerStatistics statistics, StripWidths? strips = null, CancellationToken cancellation = default)
    {
        // Errors of a sign are too large for others to make up for.
        if (bits == 1 && strips is null) return Nearest(layer, bits, statistics, cancellation: cancellation);
        StripGrids? grids = strips is null ? null : new StripGrids(strips);
        int rows = layer.RowsPerGroup, columns = layer.ColumnsPerGroup;
        sbyte[] integers = new sbyte[layer.WeightCount];
        float[] scales = new float[layer.Outputs];
        Tensor weights = layer.WeightMatrix;
        // What few samples seem to say of how inputs go together is chance to that degree.
        double few = Math.Max(1, LayerSamples.PositionsPerRow * (double)rows / statistics.Samples);
        for (int group = 0; group < layer.Groups; group++)
        {
            double[] covariance = new double[rows * rows];
            double trace = 0;
            for (int i = 0; i < covariance.Length; i++) covariance[i] = statistics.Covariance[(group * rows * rows) + i];
            for (int i = 0; i < rows; i++) trace += covariance[(i * rows) + i];
            if (!(trace > 0) || !double.IsFinite(trace) || Array.Exists(statistics.Cross, c => !float.IsFinite(c)))
                return Nearest(layer, bits, statistics, strips, cancellation);

            double ridge = Ridge * few * trace / rows;
            double[] ridged = AddDiagonal(covariance, rows, ridge);
            double[]? lower = SymmetricMatrix.Cholesky(ridged, rows, cancellation);
            double[] damped = AddDiagonal(covariance, rows, Damping * few * trace / rows);
            var rounding = ErrorCompensatedRounding.Create(damped, rows, cancellation);
            if (lower is null || rounding is null) return Nearest(layer, bits, statistics, strips, cancellation);
            double[] upper = SymmetricMatrix.Transpose(lower, rows);

            int g = group;
            Parallel.For(0, columns, new ParallelOptions { CancellationToken = cancellation }, c =>
            {
                int output = (g * columns) + c;
                ReadOnlySpan<float> original = weights.Span<float>().Slice(output * rows, rows);
                double[] fitted = new double[rows];
                for (int r = 0; r < rows; r++)
                    fitted[r] = statistics.Cross[(((g * rows) + r) * columns) + c] + (ridge * original[r]);
                SymmetricMatrix.Solve(lower, upper, rows, fitted);
                // A weight of exactly zero was pruned: the fit would bring it back.
                float[] wanted = new float[rows];
                for (int r = 0; r < rows; r++) wanted[r] = original[r] == 0 ? 0 : (float)fitted[r];
                double[] importance = new double[rows];
                for (int r = 0; r < rows; r++) importance[r] = damped[(r * rows) + r];
                if (grids is not null)
                {
                    scales[output] = grids.Compensated(wanted, importance, output, rounding, integers.AsSpan(output * rows, rows));
                    return;
                }

                float scale = WeightScales.Search(wanted, importance, bits);
                scales[output] = rounding.Round(wanted, scale, bits, integers.AsSpan(output * rows, rows));
            });
        }

        return Finish(layer, grids?.Bits ?? bits, integers, scales, statistics);
    }

    private static double[] AddDiagonal(double[] matrix, int n, double value)
    {
        double[] result = [.. matrix];
        for (int i = 0; i < n; i++) result[(i * n) + i] += value;
        return result;
    }

    internal static LayerWeights Finish(MvmLayer layer, int bits, sbyte[] integers, float[] scales, LayerStatistics? statistics)
    {
        float[] bias = layer.Bias is { } b ? [.. b] : new float[layer.Outputs];
        if (statistics is not null)
        {
            int rows = layer.RowsPerGroup;
            for (int c = 0; c < layer.Outputs; c++)
            {
                double sum = 0;
                int group = c / layer.ColumnsPerGroup;
                for (int r = 0; r < rows; r++) sum += integers[(c * rows) + r] * (double)statistics.MeanX[(group * rows) + r];
                bias[c] = (float)FloatGrid.Snap(statistics.MeanY[c] - (sum * scales[c]), FloatGrid.FittedBits);
            }
        }

        return new LayerWeights(
            layer.NodeName, bits, ImmutableArray.Create(integers), ImmutableArray.Create(scales), ImmutableArray.Create(bias));
    }
}
