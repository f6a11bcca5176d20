using System.Globalization;
using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Histograms of each layer's weights, inputs and conversions, with the ranges that were chosen.</summary>
internal static class DistributionSection
{
    private const double Width = 260, Height = 64;

    public static string Render(CompilationReport report)
    {
        LayerReport[] layers = [.. report.Layers.Where(l => l.Distributions is not null)];
        if (layers.Length == 0) return "";
        var html = new StringBuilder();
        foreach (LayerReport layer in layers)
        {
            DistributionsReport d = layer.Distributions!;
            html.Append($"<div class=\"histograms\"><h3>{Name(layer.Name)}</h3>");
            Draw(html, "Weights, integers", d.Weights, layer.Name);
            Draw(html, "Inputs", d.Inputs, layer.Name);
            Draw(html, "Sums before conversion", d.Conversions, layer.Name);
            html.AppendLine("</div>");
        }

        return $"""
            <section aria-labelledby="distributions">
            <h2 id="distributions">Values and their ranges</h2>
            <p class="sub">Heights are square roots of counts, so that tails are seen; lines are the ends of the range, and what lies beyond
            is clipped. Sums are multiples of the converter's range: 0 is its low end, 1 its high one.</p>
            {Tall.Region("Histograms of each layer", html.ToString(), 3 * layers.Length)}
            </section>
            """;
    }

    private static void Draw(StringBuilder html, string what, HistogramReport? histogram, string layer)
    {
        if (histogram is not { Total: > 0 } h)
        {
            html.Append($"<div><span class=\"sub\">{what}: {Missing}</span></div>");
            return;
        }

        double most = Math.Sqrt(h.Counts.Max()), bin = Width / h.Counts.Length;
        double X(double value) => h.High > h.Low ? Width * (value - h.Low) / (h.High - h.Low) : 0;
        var path = new StringBuilder($"M0 {Height}");
        for (int i = 0; i < h.Counts.Length; i++)
            path.Append(CultureInfo.InvariantCulture, $"V{Svg(Height - (Height * Math.Sqrt(h.Counts[i]) / most))}H{Svg(bin * (i + 1))}");
        path.Append(CultureInfo.InvariantCulture, $"V{Height}z");
        string range = $"{Short(h.RangeLow)} to {Short(h.RangeHigh)}, {Percent(h.Beyond)} beyond";
        html.Append($"<div><svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\" ")
            .Append($"aria-label=\"{Escape($"{what} of {layer}: range {range}")}\"><path class=\"values\" d=\"{path}\"/>")
            .Append($"<path class=\"range\" d=\"M{Svg(X(h.RangeLow))} 0V{Height}M{Svg(X(h.RangeHigh))} 0V{Height}\"/></svg>")
            .Append($"<span class=\"sub\">{what}: {range}</span></div>");
    }

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
