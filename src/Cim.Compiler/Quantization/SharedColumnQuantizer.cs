using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Quantizes a layer whose strips share columns: columns of integers, one unit an output, both of least squared error in turn
/// (counted by the inputs the weights meet), so that every output's integers are exactly the combinations of shared columns that make it
/// up.
/// </summary>
internal static class SharedColumnQuantizer
{
    private const int Rounds = 3;

    /// <summary>The layer's integers (8 bits, shifts included), scales and bias.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="shared">Which strips share columns.</param>
    /// <param name="statistics">Of its inputs; null = errors count the same everywhere.</param>
    public static LayerWeights Quantize(MvmLayer layer, SharedColumns shared, LayerStatistics? statistics)
    {
        SharedColumnLayer fitted = Fit(layer.WeightMatrix.Span<float>().ToArray(), shared, statistics?.SquareX);
        return WeightQuantizer.Finish(layer, SharedColumns.WholeBits, fitted.Integers(), fitted.Scales(), statistics);
    }

    /// <summary>The layer with shared columns that is nearest to the weights.</summary>
    /// <param name="weights">[outputs, rows].</param>
    /// <param name="shared">Which strips share columns.</param>
    /// <param name="squares">Mean squares of the inputs by row; null = all equal.</param>
    public static SharedColumnLayer Fit(float[] weights, SharedColumns shared, double[]? squares)
    {
        ImmutableArray<ImmutableArray<int>> rowsOf = [.. Enumerable.Range(0, shared.Tiles.Length).Select(shared.Widths.Grid.RowsOf)];
        int outputs = shared.Tiles[0].Length, rows = weights.Length / outputs;
        double[] importance = new double[rows], units = new double[outputs];
        double mean = squares is null ? 1 : Math.Max(squares.Average(), 1e-30);
        // Rows whose inputs are never anything but zero keep a little, so that their weights stay determined.
        for (int r = 0; r < rows; r++) importance[r] = squares is null ? 1 : (squares[r] / mean) + 1e-3;
        Parallel.For(0, outputs, o =>
        {
            int[] bits = [.. Enumerable.Range(0, rowsOf.Length).Select(t => shared.BitsOf(t, o))];
            units[o] = SharedColumnUnits.Of(weights.AsSpan(o * rows, rows), rowsOf, bits).Unit;
        });
        var layer = new SharedColumnLayer(shared, rows, units);
        for (int round = 0; round < Rounds; round++)
        {
            Parallel.For(0, rowsOf.Length, t => layer.FitColumns(t, weights, integers: round == Rounds - 1));
            layer.FitUnits(weights, importance);
        }

        return layer;
    }
}
