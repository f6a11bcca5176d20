using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>
/// Which strips of a layer share columns. On each row tile a set of columns; every strip is one of them up to a sign and a
/// shift, or, in a split layer, the difference of two columns that are never negative.
/// </summary>
/// <param name="Widths">Widths of the strips; strips on a column have one width.</param>
/// <param name="IsSplit">Columns are magnitudes in single cells, strips differences of them.</param>
/// <param name="MostBits">Columns have at most this many bits, signs included, so that 8-bit integers leave room for shifts.</param>
/// <param name="Tiles">[tile][output].</param>
internal sealed record SharedColumns(
    StripWidths Widths, bool IsSplit, int MostBits, ImmutableArray<ImmutableArray<ColumnCombination>> Tiles)
{
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

    /// <summary>
    /// The width of columns for strips of a width: the narrowest of 6 bits or more that takes as many cells, because strips can then
    /// shift; where 8 bits fill their cells there is no shift.
    /// </summary>
    public static int ColumnBits(int bits, HardwareProfile profile)
    {
        int slices = WeightSlices.Of(bits, profile).Length;
        while (bits > RoomyBits && WeightSlices.Of(bits - 1, profile).Length == slices) bits--;
        return bits;
    }

    /// <summary>A column that strips of different widths are made of; null if there is none, as there must be.</summary>
    public string? MixedColumn()
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

    public bool Equals(SharedColumns? other) =>
        other is not null && IsSplit == other.IsSplit && MostBits == other.MostBits && Widths.Equals(other.Widths)
        && Tiles.Length == other.Tiles.Length && Tiles.Zip(other.Tiles).All(t => t.First.SequenceEqual(t.Second));

    public override int GetHashCode() => HashCode.Combine(IsSplit, MostBits, Widths, Tiles.Length);
}
