using System.Collections.Immutable;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>The layers a policy is read for, on the arrays it is for.</summary>
/// <param name="Defaults">The precision of layers the policy does not name.</param>
/// <param name="Shapes">The layers.</param>
/// <param name="ArrayRows">Word lines of an array.</param>
internal sealed record PolicyLayers(QuantizationPolicy Defaults, ImmutableArray<LayerShape> Shapes, int ArrayRows);

/// <summary>One layer of a <see cref="PolicyText"/>.</summary>
/// <param name="Precision">Its bits, and its cells as a whole.</param>
/// <param name="Strips">The widths of its strips as <see cref="StripText"/> has them, or null.</param>
/// <param name="Merge"><see cref="PolicyText.EqualColumns"/>, shared columns as <see cref="SharedColumnText"/> has them, or null.</param>
/// <param name="ColumnGroups">Groups of outputs as <see cref="ColumnGroupText"/> has them, or null.</param>
internal sealed record LayerText(LayerPrecision Precision, string? Strips = null, string? Merge = null, string? ColumnGroups = null);

/// <summary>
/// A policy as files hold it: the layouts of layers are text, which is checked once, by <see cref="Bind"/>, when the layers and the
/// arrays are known. Nothing else in the compiler reads or writes such text.
/// </summary>
/// <param name="Layers">In the network's order.</param>
internal sealed record PolicyText(ImmutableArray<LayerText> Layers)
{
    /// <summary>Instead of shared columns: only equal columns are mapped once, whatever the weights are.</summary>
    public const string EqualColumns = "exact";

    /// <summary>The text of a policy.</summary>
    public static PolicyText Of(QuantizationPolicy policy) => new([.. policy.Layers.Select(layer => new LayerText(layer,
        layer.Layout.StripWidths is { } widths ? StripText.Write(widths) : null,
        layer.Layout switch
        {
            LayerLayout.EqualColumns => EqualColumns,
            LayerLayout.Shared shared => SharedColumnText.Write(shared.Columns),
            _ => null,
        },
        layer.Layout is LayerLayout.Grouped grouped ? ColumnGroupText.Write(grouped.Groups) : null))]);

    /// <summary>The policy for these layers on these arrays.</summary>
    /// <param name="shapes">The layers.</param>
    /// <param name="arrayRows">Word lines of an array.</param>
    /// <exception cref="Cim.Runtime.CimException">CIM0011: a text is not of its layer, or not on these arrays.</exception>
    public QuantizationPolicy Bind(ImmutableArray<LayerShape> shapes, int arrayRows)
    {
        var byName = shapes.ToDictionary(s => s.Name, StringComparer.Ordinal);
        return new QuantizationPolicy([.. Layers.Select(text => text is { Strips: null, Merge: null, ColumnGroups: null }
            ? text.Precision
            : text.Precision with { Layout = Layout(text, byName[text.Precision.Name], arrayRows) })]);
    }

    private static LayerLayout Layout(LayerText text, LayerShape shape, int arrayRows)
    {
        if (text.ColumnGroups is { } groups) return new LayerLayout.Grouped(ColumnGroupText.Read(groups, shape, arrayRows));
        StripWidths? widths = text.Strips is { } strips ? StripText.Read(strips, shape, arrayRows) : null;
        return text.Merge switch
        {
            null => new LayerLayout.Strips(widths!),
            EqualColumns => new LayerLayout.EqualColumns(widths, text.Precision.Layout.Cells),
            { } merge => new LayerLayout.Shared(
                SharedColumnText.Read(merge, shape, widths ?? StripWidths.Uniform(shape, text.Precision.WeightBits, arrayRows)),
                widths is not null),
        };
    }
}
