using System.Collections.Immutable;
using System.Text;
using Cim.Runtime;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Where time, energy and arrays go: by component of the hardware and by layer.</summary>
internal static class CostSection
{
    private const double Width = 1000;

    private static readonly (string Kind, string Name, Func<EnergyBreakdown, double> Pj)[] _components =
    [
        ("e-array", "arrays", e => e.ArrayPj), ("e-dac", "word lines", e => e.DacPj), ("e-adc", "conversions", e => e.AdcPj),
        ("e-add", "shift-and-add", e => e.ShiftAddPj), ("e-buffer", "buffers", e => e.BufferPj), ("e-bus", "buses", e => e.BusPj),
        ("e-net", "between cores", e => e.InterconnectPj), ("e-write", "programming", e => e.WritePj),
    ];

    private static readonly (string Kind, string Name)[] _operators =
        [("k-conv", "convolution"), ("k-group", "grouped convolution"), ("k-dense", "matrix product")];

    public static string Render(CompilationReport report)
    {
        if (report.Layers.IsEmpty) return "";
        var html = new StringBuilder("<section aria-labelledby=\"cost\"><h2 id=\"cost\">Where the cost goes</h2>\n"
            + "<p class=\"sub\">Shares of the layers on crossbars in their order, coloured by operator; point at one for its figure."
            + "</p>\n");
        html.AppendLine(StackedBars.Legend(_operators.Where(o => report.Layers.Any(l => l.ColourKind == o.Kind))));
        Share(html, report, "Latency", l => l.LatencyNs, Latency);
        Share(html, report, "Energy", l => l.EnergyPj, Energy);
        Share(html, report, "Arrays", l => l.Arrays, v => Count((long)v));
        if (report.Layers.Any(l => l.Energy is { TotalPj: > 0 })) Components(html, report);
        return html.Append("</section>").ToString();
    }

    private static void Components(StringBuilder html, CompilationReport report)
    {
        double All(Func<EnergyBreakdown, double> pj) => report.Layers.Sum(l => l.Energy is { } e ? pj(e) : 0);
        (string Kind, string Name, Func<EnergyBreakdown, double> Pj)[] used = [.. _components.Where(c => All(c.Pj) > 0)];
        html.AppendLine("<h3>Energy by component</h3>").AppendLine(StackedBars.Legend(used.Select(c => (c.Kind, c.Name))));
        List<(string, ImmutableArray<BarPart>)> whole = [("all layers", [.. used.Select(c => new BarPart(c.Kind, c.Name, All(c.Pj)))])];
        html.AppendLine(StackedBars.Render("Energy of all layers by component", whole, Energy));
        List<(string, ImmutableArray<BarPart>)> rows = [.. report.Layers.Select(l =>
            (l.Name, used.Select(c => new BarPart(c.Kind, c.Name, l.Energy is { } e ? c.Pj(e) : 0)).ToImmutableArray()))];
        html.AppendLine(Tall.Region("Energy of each layer by component",
            StackedBars.Render("Energy of each layer by component", rows, Energy), report.Layers.Length));
    }

    private static void Share(
        StringBuilder html, CompilationReport report, string name, Func<LayerReport, double> figure, Func<double, string> format)
    {
        double total = report.Layers.Sum(figure);
        html.AppendLine($"<div class=\"share\"><span>{name}</span><svg viewBox=\"0 0 {Width} 30\" preserveAspectRatio=\"none\" "
            + $"role=\"img\" aria-label=\"{name} by layer\">");
        double x = 0;
        foreach (LayerReport layer in report.Layers)
        {
            if (total <= 0) break;
            double width = Width * figure(layer) / total;
            html.AppendLine($"<rect class=\"{layer.ColourKind}\" x=\"{Svg(x)}\" y=\"0\" width=\"{Svg(Math.Max(width - 1.5, 0.5))}\" "
                + $"height=\"30\"><title>{Escape(layer.Name)}: {format(figure(layer))} ({Percent(figure(layer) / total, 1)})</title>"
                + "</rect>");
            x += width;
        }

        html.AppendLine($"</svg><span class=\"total\">{format(total)}</span></div>");
    }
}
