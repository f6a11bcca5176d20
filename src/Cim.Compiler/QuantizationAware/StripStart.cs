using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Training.Quantization;

namespace Cim.Compiler.QuantizationAware;

/// <summary>The widths and shifts with which training takes strips over: those of the integers rounding made.</summary>
internal static class StripStart
{
    /// <summary>The strips of every layer that has some, by the layer's name.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="rounded">The same network quantized.</param>
    /// <param name="policy">The widths.</param>
    public static Dictionary<string, StripPrecision> Of(Graph graph, Graph rounded, QuantizationPolicy policy)
    {
        Dictionary<string, MvmLayer> originals = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        var found = new Dictionary<string, StripPrecision>(StringComparer.Ordinal);
        foreach (MvmLayer layer in MvmLayers.Find(rounded))
        {
            LayerPrecision? precision = policy.Find(layer.NodeName);
            // Shared columns have ranges of their own.
            if (precision?.SharedColumns is not null) continue;
            if (precision?.Layout.WidthsWithin is not { } widths
                || QuantizedWeights.Read(rounded, layer) is not { } weights)
                continue;
            // Groups of outputs have scales of their own and need no shifts.
            found.Add(layer.NodeName, precision.Layout is LayerLayout.Grouped
                ? Of(widths, [.. widths.Bits.Select(_ => new int[weights.Scales.Length])])
                : Of(widths, Shifts(widths, weights, originals.GetValueOrDefault(layer.NodeName))));
        }

        return found;
    }

    private static StripPrecision Of(StripWidths widths, int[][] shifts)
    {
        int[] tileOfRow = new int[widths.Grid.RowOrder.Length];
        for (int t = 0; t < shifts.Length; t++)
            foreach (int r in widths.Grid.RowsOf(t)) tileOfRow[r] = t;
        return new StripPrecision(tileOfRow, [.. widths.Bits.Select(t => (IReadOnlyList<int>)t)], shifts);
    }

    private static int[][] Shifts(StripWidths widths, QuantizedWeights weights, MvmLayer? original)
    {
        int outputs = weights.Scales.Length, rows = weights.Integers.Length / outputs;
        ReadOnlySpan<sbyte> integers = weights.Integers.Span<sbyte>();
        float[] wanted = original?.WeightMatrix.Span<float>().ToArray() ?? new float[outputs * rows];
        int[][] shifts = new int[widths.Bits.Length][];
        for (int t = 0; t < shifts.Length; t++)
        {
            ImmutableArray<int> tile = widths.Grid.RowsOf(t);
            shifts[t] = new int[outputs];
            for (int o = 0; o < outputs; o++)
            {
                int bits = widths.Bits[t][o];
                if (bits == 0) continue;
                // A strip rounded to zeros has no shift of its own; it may grow from the one that suits what it was rounded from.
                shifts[t][o] = StripShift.Of(integers.Slice(o * rows, rows), tile, bits) is { } shift and not StripShift.Zeros
                    ? shift
                    : StripScales.BestShift(wanted.AsSpan(o * rows, rows), [], tile, bits, weights.Scales[o]).Shift;
            }
        }

        return shifts;
    }
}
