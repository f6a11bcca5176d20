namespace Cim.Compiler.Precision;

/// <summary>How the weights of a layer are divided and lie on cells: exactly one of the records inside.</summary>
internal abstract record LayerLayout
{
    private LayerLayout()
    {
    }

    /// <summary>One width everywhere, on cells as the hardware profile has them.</summary>
    public static LayerLayout Whole { get; } = new Uniform(null);

    /// <summary>The widths chosen strip by strip; null where they were not.</summary>
    public StripWidths? StripWidths => this switch
    {
        Strips strips => strips.Widths,
        EqualColumns equal => equal.Widths,
        Shared { HasStripWidths: true } shared => shared.Columns.Widths,
        _ => null,
    };

    /// <summary>The widths inside the layer where they may differ; null where there is one.</summary>
    public StripWidths? WidthsWithin => this is Grouped grouped ? grouped.Groups.Widths : StripWidths;

    /// <summary>The cells of the layer as a whole; null = as the hardware profile says.</summary>
    public CellLayout? Cells => this switch
    {
        Uniform uniform => uniform.OwnCells,
        EqualColumns equal => equal.OwnCells,
        _ => null,
    };

    /// <summary>Whether every weight has the layer's width and a cell of its own.</summary>
    public bool IsUndivided => this is Uniform or EqualColumns { Widths: null };

    /// <summary>Whether a column may serve several outputs.</summary>
    public bool SharesColumns => this is EqualColumns or Shared;

    /// <summary>One width everywhere.</summary>
    /// <param name="OwnCells">Slices and rows of a tile; null = as the profile says.</param>
    internal sealed record Uniform(CellLayout? OwnCells) : LayerLayout;

    /// <summary>Every strip has a width of its own.</summary>
    /// <param name="Widths">The widths.</param>
    internal sealed record Strips(StripWidths Widths) : LayerLayout;

    /// <summary>Columns that come out equal are mapped once, whatever the weights are.</summary>
    /// <param name="Widths">Widths of the strips; null = one width everywhere.</param>
    /// <param name="OwnCells">Where no columns can be shared (grouped convolutions): as of <see cref="Uniform"/>.</param>
    internal sealed record EqualColumns(StripWidths? Widths, CellLayout? OwnCells) : LayerLayout;

    /// <summary>Strips share columns that were chosen for them.</summary>
    /// <param name="Columns">Which strip is made of which columns.</param>
    /// <param name="HasStripWidths">Whether the widths of the strips were chosen one by one, not for the layer.</param>
    internal sealed record Shared(SharedColumns Columns, bool HasStripWidths) : LayerLayout;

    /// <summary>Groups of outputs have widths and cells of their own.</summary>
    /// <param name="Groups">The groups.</param>
    internal sealed record Grouped(ColumnGroups Groups) : LayerLayout;
}
