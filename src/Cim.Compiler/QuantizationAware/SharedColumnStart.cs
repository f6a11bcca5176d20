using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Training.ColumnSharing;
using Cim.Training.Quantization;

namespace Cim.Compiler.QuantizationAware;

/// <summary>The shared columns of a network to be trained, beginning with those of the integers rounding made.</summary>
internal static class SharedColumnStart
{
    /// <summary>Bits of the integers of a layer with shared columns: columns and shifts together.</summary>
    public const int LayerBits = SharedColumns.WholeBits;

    /// <summary>The shared columns of every layer that has some.</summary>
    /// <param name="network">The network to be trained; the weights of layers with shared columns are set.</param>
    /// <param name="rounded">The graph with explicit quantizers.</param>
    /// <param name="policy">The precision of each layer, with shared columns or without.</param>
    public static ImmutableArray<SharedColumnWeights> Of(QuantizedNetwork network, Graph rounded, QuantizationPolicy policy)
    {
        var found = ImmutableArray.CreateBuilder<SharedColumnWeights>();
        Dictionary<string, QuantizedLayer> layers = network.Layers.ToDictionary(l => l.Name, StringComparer.Ordinal);
        foreach (MvmLayer layer in MvmLayers.Find(rounded))
        {
            if (policy.Find(layer.NodeName)?.SharedColumns is not { } shared
                || QuantizedWeights.Read(rounded, layer) is not { } weights
                    || !layers.TryGetValue(layer.NodeName, out QuantizedLayer? trained)) continue;
            found.Add(new SharedColumnWeights(
                trained, [.. Enumerable.Range(0, shared.Tiles.Length).Select(t => Tile(layer.NodeName, weights, shared, t))]));
        }

        return found.ToImmutable();
    }

    private static TileColumns Tile(string name, QuantizedWeights weights, SharedColumns shared, int tile)
    {
        int[][] columns = ColumnRecovery.Recover(name, weights.Integers.Span<sbyte>(), shared, tile);
        int[] levels = shared.Levels(tile);
        ImmutableArray<ColumnCombination> strips = shared.Tiles[tile];
        return new TileColumns(
            shared.Widths.Grid.RowsOf(tile), [.. strips.Select(t => t.Plus)], [.. strips.Select(t => t.Minus)],
            [.. strips.Select(t => t.Shift)],
            [.. levels.Select(l => shared.IsSplit ? 0 : -l)], levels, [.. columns.SelectMany(c => c).Select(v => (float)v)]);
    }
}
