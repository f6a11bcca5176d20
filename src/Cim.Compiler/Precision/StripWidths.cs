using System.Collections.Immutable;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>The width of every strip of a layer: 0 (all weights zero, no cells) or 2 to 8 bits.</summary>
/// <param name="Grid">The strips.</param>
/// <param name="Bits">[tile][output].</param>
internal sealed record StripWidths(StripGrid Grid, ImmutableArray<ImmutableArray<int>> Bits)
{
    /// <summary>One width everywhere.</summary>
    public static StripWidths Uniform(LayerShape shape, int bits, int arrayRows)
    {
        StripGrid grid = StripGrid.Of(shape, arrayRows);
        ImmutableArray<int> tile = [.. Enumerable.Repeat(bits, shape.ColumnsPerGroup)];
        return new StripWidths(grid, [.. grid.Tiles.Select(_ => tile)]);
    }

    /// <summary>The widest strip.</summary>
    public int Widest => Bits.Max(t => t.Max());

    public bool Equals(StripWidths? other) =>
        other is not null && Bits.Length == other.Bits.Length && Bits.Zip(other.Bits).All(t => t.First.SequenceEqual(t.Second));

    public override int GetHashCode() => HashCode.Combine(Bits.Length, Bits.Sum(t => t.Sum()));
}
