using System.Collections.Immutable;

namespace Cim.Compiler.Precision;

/// <summary>Outputs of a layer that have a width and cells of their own.</summary>
/// <param name="Outputs">The outputs, ascending.</param>
/// <param name="WeightBits">2 to 8.</param>
/// <param name="Layout">Their cells.</param>
internal sealed record ColumnGroup(ImmutableArray<int> Outputs, int WeightBits, CellLayout Layout)
{
    public bool Equals(ColumnGroup? other) =>
        other is not null && WeightBits == other.WeightBits && Layout.Equals(other.Layout) && Outputs.SequenceEqual(other.Outputs);

    public override int GetHashCode() => HashCode.Combine(WeightBits, Layout, Outputs.Length);
}

/// <summary>The outputs of a layer in groups.</summary>
/// <param name="Grid">The strips of the layer: of each output on all row tiles.</param>
/// <param name="Groups">The groups; every output is in one.</param>
internal sealed record ColumnGroups(StripGrid Grid, ImmutableArray<ColumnGroup> Groups)
{
    /// <summary>The widths as those of strips.</summary>
    public StripWidths Widths
    {
        get
        {
            int[] bits = new int[Groups.Sum(g => g.Outputs.Length)];
            foreach (ColumnGroup group in Groups)
                foreach (int o in group.Outputs) bits[o] = group.WeightBits;
            return new StripWidths(Grid, [.. Grid.Tiles.Select(_ => ImmutableArray.Create(bits))]);
        }
    }

    public bool Equals(ColumnGroups? other) => other is not null && Groups.SequenceEqual(other.Groups);

    public override int GetHashCode() => HashCode.Combine(Groups.Length);
}
