using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Where time, energy and arrays go: one bar each, divided by layer.</summary>
internal static class CostSection
{
    private const double Width = 1000;

    // A layer narrower than this has no room for its name; its tooltip still says it.
    private const double LabelWidth = 70;

    public static string Render(CompilationReport report)
    {
        if (report.Layers.IsEmpty) return "";
        var html = new StringBuilder("<section><h2>Where the cost goes</h2><p class=\"sub\">Shares of the layers on crossbars; point at a "
            + "part for its figure.</p>\n");
        Bar(html, report, "Latency", l => l.LatencyNs, Latency);
        Bar(html, report, "Energy", l => l.EnergyPj, Energy);
        Bar(html, report, "Arrays", l => l.Arrays, v => Count((long)v));
        return html.Append("</section>").ToString();
    }

    private static void Bar(
        StringBuilder html, CompilationReport report, string name, Func<LayerReport, double> figure, Func<double, string> format)
    {
        double total = report.Layers.Sum(figure);
        html.AppendLine($"<div class=\"share\"><span>{name}</span><svg viewBox=\"0 0 {Width} 30\" preserveAspectRatio=\"none\" "
            + $"role=\"img\" aria-label=\"{name} by layer\">");
        double x = 0;
        for (int i = 0; i < report.Layers.Length && total > 0; i++)
        {
            LayerReport layer = report.Layers[i];
            double width = Width * figure(layer) / total;
            html.AppendLine($"<g class=\"c{i % 6}\"><rect x=\"{Svg(x)}\" y=\"0\" width=\"{Svg(Math.Max(width - 1.5, 0.5))}\" height=\"30\">"
                + $"<title>{Escape(layer.Name)}: {format(figure(layer))} ({Percent(figure(layer) / total, 1)})</title></rect>"
                + (width >= LabelWidth
                    ? $"<text x=\"{Svg(x + (width / 2))}\" y=\"20\" text-anchor=\"middle\">{Escape(Fit(layer.Name, width))}</text>"
                    : "") + "</g>");
            x += width;
        }

        html.AppendLine($"</svg><span class=\"total\">{format(total)}</span></div>");
    }

    private static string Fit(string name, double width)
    {
        int characters = (int)(width / 8);
        return name.Length <= characters ? name : "…" + name[^(characters - 1)..];
    }
}
