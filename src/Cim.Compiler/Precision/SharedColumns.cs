using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>
/// Which strips of a layer share columns. On each row tile a set of columns; every strip is one of them up to a sign and a
/// shift, or, in a split layer, the difference of two columns that are never negative. In policies: <c>pairs</c> or
/// <c>split</c>, the most bits of a column, ':', then for each row tile the strips in order as <see cref="ColumnCombination"/> writes
/// them, separated by ',', tiles by '/'.
/// </summary>
/// <param name="Widths">Widths of the strips; strips on a column have one width.</param>
/// <param name="IsSplit">Columns are magnitudes in single cells, strips differences of them.</param>
/// <param name="MostBits">Columns have at most this many bits, signs included, so that 8-bit integers leave room for shifts.</param>
/// <param name="Tiles">[tile][output].</param>
internal sealed record SharedColumns(
    StripWidths Widths, bool IsSplit, int MostBits, ImmutableArray<ImmutableArray<ColumnCombination>> Tiles)
{
    /// <summary>In a policy: only equal columns are merged, whatever the weights are.</summary>
    public const string Exact = "exact";

    /// <summary>Bits of the layer's integers: column bits and shift together.</summary>
    public const int WholeBits = 8;

    private const int RoomyBits = 6;

    /// <summary>Columns of a tile.</summary>
    public int Columns(int tile) => Tiles[tile].Max(t => Math.Max(t.Plus, t.Minus)) + 1;

    /// <summary>Bits of a strip's column, signs included.</summary>
    public int BitsOf(int tile, int output) => Math.Min(Widths.Bits[tile][output], MostBits);

    /// <summary>The largest magnitude of each column of a tile.</summary>
    public int[] Levels(int tile)
    {
        int[] levels = new int[Columns(tile)];
        for (int o = 0; o < Tiles[tile].Length; o++)
            foreach (int column in (ReadOnlySpan<int>)[Tiles[tile][o].Plus, Tiles[tile][o].Minus])
                if (column >= 0) levels[column] = WeightScales.Levels(BitsOf(tile, o));
        return levels;
    }

    /// <summary>Those of a layer's policy; null if it has none, or merges only equal columns.</summary>
    /// <param name="policy">The layer's policy.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="arrayRows">Word lines of an array.</param>
    /// <exception cref="CimException">CIM0011: the policy's text is not of this layer on these arrays.</exception>
    public static SharedColumns? Of(LayerPrecision policy, LayerShape shape, int arrayRows)
    {
        if (policy.Merge is null or Exact) return null;
        if (shape.Groups != 1)
            throw Invalid(
                $"Layer '{shape.Name}' is a grouped convolution; its strips cannot share columns. Remove 'merge' from its policy.");
        return Parse(shape.Name, policy.Merge, policy.Strips is { } strips
            ? StripWidths.Parse(shape.Name, strips, shape, arrayRows)
            : StripWidths.Uniform(shape, policy.WeightBits, arrayRows));
    }

    /// <summary>Reads a policy's text.</summary>
    /// <param name="layer">The layer's name, for errors.</param>
    /// <param name="text">The text.</param>
    /// <param name="widths">The layer's strips.</param>
    /// <exception cref="CimException">CIM0011: it is not of these strips.</exception>
    public static SharedColumns Parse(string layer, string text, StripWidths widths)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 6 ? "" : text[..5];
        if (kind is not ("pairs" or "split") || !int.TryParse(text[5..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int most)
            || most is < 2 or > WholeBits)
            throw Invalid($"'merge' of layer '{layer}' does not begin with 'pairs' or 'split', bits of 2 to 8 and ':'.");
        string[] tiles = text[(colon + 1)..].Split('/');
        int outputs = widths.Bits[0].Length;
        if (tiles.Length != widths.Grid.Tiles.Length)
            throw Invalid($"'merge' of layer '{layer}' has {tiles.Length} row tiles and the layer {widths.Grid.Tiles.Length}. Was the "
                + $"policy made for another hardware?");
        var all = ImmutableArray.CreateBuilder<ImmutableArray<ColumnCombination>>(tiles.Length);
        for (int t = 0; t < tiles.Length; t++)
        {
            ColumnCombination?[] combinations = [.. tiles[t].Split(',').Select(ColumnCombination.Parse)];
            if (combinations.Length != outputs)
                throw Invalid($"'merge' of layer '{layer}' has {combinations.Length} strips on row tile {t}; the layer has {outputs}.");
            for (int o = 0; o < outputs; o++)
                if (combinations[o] is not { } combination || combination.Shift > WholeBits - Math.Min(most, widths.Bits[t][o])
                    || (kind == "pairs" && combination is { Plus: >= 0, Minus: >= 0 })
                        || Math.Max(combination.Plus, combination.Minus) >= 2 * outputs)
                    throw Invalid($"'merge' of layer '{layer}' has '{tiles[t].Split(',')[o]}' for output {o} on row tile {t}, which is no "
                        + $"strip of it.");
            all.Add([.. combinations.Select(combination => combination!.Value)]);
        }

        var result = new SharedColumns(widths, kind == "split", most, all.ToImmutable());
        if (result.MixedColumn() is { } mixed)
            throw Invalid($"'merge' of layer '{layer}' shares a column between strips of different widths ({mixed}).");
        return result;
    }

    /// <summary>The text <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsSplit ? "split" : "pairs")}{MostBits}:")
            + string.Join('/', Tiles.Select(t => string.Join(',', t)));

    /// <summary>
    /// The width of columns for strips of a width: the narrowest of 6 bits or more that takes as many cells, because taps can then
    /// shift; where 8 bits fill their cells there is no shift.
    /// </summary>
    public static int ColumnBits(int bits, HardwareProfile profile)
    {
        int slices = WeightSlices.Of(bits, profile).Length;
        while (bits > RoomyBits && WeightSlices.Of(bits - 1, profile).Length == slices) bits--;
        return bits;
    }

    private string? MixedColumn()
    {
        for (int t = 0; t < Tiles.Length; t++)
        {
            int[] bits = new int[Columns(t)];
            for (int o = 0; o < Tiles[t].Length; o++)
                foreach (int column in (ReadOnlySpan<int>)[Tiles[t][o].Plus, Tiles[t][o].Minus])
                {
                    if (column < 0) continue;
                    int own = Widths.Bits[t][o];
                    if (own == 0 || (bits[column] > 0 && bits[column] != own)) return $"column {column} of row tile {t}";
                    bits[column] = own;
                }
        }

        return null;
    }

    private static CimException Invalid(string message) => new(ErrorCodes.InvalidPolicy, message);
}
