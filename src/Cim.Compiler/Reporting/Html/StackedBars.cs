using System.Collections.Immutable;
using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>A part of a bar.</summary>
/// <param name="Kind">The class that colours it.</param>
/// <param name="Name">What it is.</param>
/// <param name="Value">How much.</param>
internal sealed record BarPart(string Kind, string Name, double Value);

/// <summary>A bar for each layer, in parts whose colours say what they are.</summary>
internal static class StackedBars
{
    private const double Width = 1000, Height = 18;

    /// <summary>The bars.</summary>
    /// <param name="label">What is drawn, for who does not see it.</param>
    /// <param name="rows">Names and parts.</param>
    /// <param name="format">A value with its unit.</param>
    /// <param name="sideBySide">Parts below each other from the same start, for what does not add up.</param>
    public static string Render(
        string label, IReadOnlyList<(string Name, ImmutableArray<BarPart> Parts)> rows, Func<double, string> format,
        bool sideBySide = false)
    {
        double Size(ImmutableArray<BarPart> parts) =>
            sideBySide ? Values(parts).Max() : Values(parts).Sum();
        double most = rows.Select(r => Size(r.Parts)).DefaultIfEmpty(0).Max();
        if (most <= 0) return "";
        var html = new StringBuilder($"<div class=\"bars\" role=\"list\" aria-label=\"{Escape(label)}\">\n");
        foreach ((string name, ImmutableArray<BarPart> parts) in rows)
        {
            string figures = string.Join(", ", parts.Where(p => p.Value > 0).Select(p => $"{p.Name} {format(p.Value)}"));
            html.Append($"<div role=\"listitem\" title=\"{Escape($"{name}: {figures}")}\"><span class=\"of\">{Name(name)}</span>")
                .Append($"<svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\" ")
                .Append($"aria-label=\"{Escape(figures)}\">");
            (double x, int lane, double tall) = (0, 0, sideBySide ? Height / Math.Max(1, parts.Length) : Height);
            foreach (BarPart part in parts)
            {
                double wide = double.IsFinite(part.Value) ? Width * part.Value / most : Width;
                html.Append($"<rect class=\"{part.Kind}\" x=\"{Svg(x)}\" y=\"{Svg(lane * tall)}\" width=\"{Svg(wide)}\" ")
                    .Append($"height=\"{Svg(tall)}\"/>");
                if (sideBySide) lane++;
                else x += wide;
            }

            html.Append($"</svg><span class=\"total\">{format(Size(parts))}</span></div>\n");
        }

        return html.Append("</div>").ToString();
    }

    private static IEnumerable<double> Values(ImmutableArray<BarPart> parts) =>
        parts.Select(p => double.IsFinite(p.Value) ? p.Value : 0).DefaultIfEmpty(0);

    /// <summary>The colours and what they are.</summary>
    public static string Legend(IEnumerable<(string Kind, string Name)> parts) => "<p class=\"sub legend\">" + string.Concat(
        parts.Select(p => $"<span><i class=\"{p.Kind}\"></i>{Escape(p.Name)}</span> ")) + "</p>";
}
