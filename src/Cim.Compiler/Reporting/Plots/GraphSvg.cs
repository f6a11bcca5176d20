using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>A network from its inputs down to its outputs: a box for each operator, on the level below all it reads.</summary>
internal static class GraphSvg
{
    private const double BoxWidth = 190, BoxHeight = 34, Across = 210, Down = 56, Margin = 10;
    private const int MostCharacters = 27;

    /// <summary>The drawing, styled by the page.</summary>
    public static string Render(CompilationReport report)
    {
        ImmutableArray<NodeReport> nodes = report.Nodes;
        int[] level = Levels(nodes), column = Columns(level);
        int levels = level.Max() + 1, columns = column.Max() + 1;
        double width = (columns * Across) + (2 * Margin), height = (levels * Down) + (2 * Margin);
        (double X, double Y) At(int node) => (Margin + (column[node] * Across), Margin + (level[node] * Down));

        var svg = new StringBuilder();
        void Line(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"<svg class=\"graph\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"group\" ");
        Line($"aria-label=\"Operators of the network\">");
        for (int i = 0; i < nodes.Length; i++)
            foreach (int from in nodes[i].Inputs.Where(input => input >= 0))
            {
                ((double x0, double y0), (double x1, double y1)) = (At(from), At(i));
                (x0, y0, x1) = (x0 + (BoxWidth / 2), y0 + BoxHeight, x1 + (BoxWidth / 2));
                // A long edge goes round the boxes between.
                double bend = level[i] - level[from] > 1 && column[i] == column[from] ? (BoxWidth / 2) + 8 : 0;
                Line($"<path class=\"edge\" d=\"M{x0} {y0}C{x0 + bend} {y0 + 18} {x1 + bend} {y1 - 18} {x1} {y1}\"/>");
            }

        for (int i = 0; i < nodes.Length; i++)
        {
            NodeReport node = nodes[i];
            (double x, double y) = At(i);
            string kind = node.Layer >= 0 ? report.Layers[node.Layer].ColourKind : "digital";
            string shape = node.Shape.IsEmpty ? "scalar" : string.Join('×', node.Shape);
            string box = string.Create(CultureInfo.InvariantCulture,
                $"<g class=\"node {kind}\"><title>{SvgDocument.Escape($"{node.Name} ({node.Op}): {shape}")}</title>"
                + $"<rect x=\"{x}\" y=\"{y}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"4\"/>"
                + $"<text x=\"{x + 8}\" y=\"{y + 14}\">{SvgDocument.Escape(Short(node.Name))}</text>"
                + $"<text class=\"shape\" x=\"{x + 8}\" y=\"{y + 28}\">{SvgDocument.Escape($"{node.Op} → {shape}")}</text></g>");
            svg.Append(node.Layer >= 0 ? $"<a href=\"#layer-{node.Layer + 1}\">{box}</a>" : box).Append('\n');
        }

        return svg.Append("</svg>").ToString();
    }

    private static int[] Levels(ImmutableArray<NodeReport> nodes)
    {
        int[] level = new int[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
            level[i] = nodes[i].Inputs.Where(input => input >= 0).Select(input => level[input] + 1).DefaultIfEmpty(0).Max();
        return level;
    }

    private static int[] Columns(int[] level)
    {
        var next = new Dictionary<int, int>();
        int[] column = new int[level.Length];
        for (int i = 0; i < level.Length; i++) next[level[i]] = (column[i] = next.GetValueOrDefault(level[i])) + 1;
        return column;
    }

    private static string Short(string name) => name.Length <= MostCharacters ? name : "…" + name[^(MostCharacters - 1)..];
}
