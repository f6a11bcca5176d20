using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Training.ColumnSharing;
using Cim.Training.Quantization;

namespace Cim.Compiler.QuantizationAware;

/// <summary>Ties the layers of a network to be trained whose strips share columns, beginning with the columns of the integers rounding
/// made.</summary>
internal static class TiedStart
{
    /// <summary>Bits of the integers of a layer with ties: columns and shifts together.</summary>
    public const int LayerBits = SharedColumns.WholeBits;

    /// <summary>Whether a layer's strips share columns.</summary>
    public static bool HasTies(LayerPrecision policy) => policy.SharedColumns is not null;

    /// <summary>The ties of every layer that has some.</summary>
    /// <param name="network">The network to be trained; the weights of tied layers are set.</param>
    /// <param name="rounded">The graph with explicit quantizers.</param>
    /// <param name="policy">The precision of each layer, with ties or without.</param>
    public static ImmutableArray<SharedColumnWeights> Of(QuantizedNetwork network, Graph rounded, QuantizationPolicy policy)
    {
        var tied = ImmutableArray.CreateBuilder<SharedColumnWeights>();
        Dictionary<string, QuantizedLayer> layers = network.Layers.ToDictionary(l => l.Name, StringComparer.Ordinal);
        foreach (MvmLayer layer in MvmLayers.Find(rounded))
        {
            if (policy.Find(layer.NodeName)?.SharedColumns is not { } ties
                || QuantizedWeights.Read(rounded, layer) is not { } weights
                    || !layers.TryGetValue(layer.NodeName, out QuantizedLayer? trained)) continue;
            tied.Add(new SharedColumnWeights(
                trained, [.. Enumerable.Range(0, ties.Tiles.Length).Select(t => Tile(layer.NodeName, weights, ties, t))]));
        }

        return tied.ToImmutable();
    }

    private static TileColumns Tile(string name, QuantizedWeights weights, SharedColumns ties, int tile)
    {
        int[][] columns = ColumnRecovery.Recover(name, weights.Integers.Span<sbyte>(), ties, tile);
        int[] levels = ties.Levels(tile);
        ImmutableArray<ColumnCombination> strips = ties.Tiles[tile];
        return new TileColumns(
            ties.Widths.Grid.RowsOf(tile), [.. strips.Select(t => t.Plus)], [.. strips.Select(t => t.Minus)],
            [.. strips.Select(t => t.Shift)],
            [.. levels.Select(l => ties.IsSplit ? 0 : -l)], levels, [.. columns.SelectMany(c => c).Select(v => (float)v)]);
    }
}
