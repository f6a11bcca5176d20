using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Cim.Compiler.Search;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>Draws measured points, cost relative to 8 bits everywhere (logarithmic) against loss, as one SVG file.</summary>
internal static class ParetoSvg
{
    private const double Width = 720, Height = 420, Left = 70, Right = 30, Top = 50, Bottom = 60;

    public static string Draw(string title, string costName, ImmutableArray<MeasuredPoint> points, double eight)
    {
        double[] x = [.. points.Select(p => p.Value / eight)];
        double minX = Math.Min(x.Min(), 1) * 0.95, maxX = Math.Max(x.Max(), 1) * 1.05;
        double maxY = Math.Max(1, points.Max(p => p.Loss) * 1.05), minY = Math.Min(0, points.Min(p => p.Loss));
        double X(double v) => Left + ((Width - Left - Right) * (Math.Log(v) - Math.Log(minX)) / (Math.Log(maxX) - Math.Log(minX)));
        double Y(double v) => Height - Bottom - ((Height - Top - Bottom) * (v - minY) / (maxY - minY));

        var svg = new StringBuilder();
        void Line(string text) => svg.Append(text).Append('\n');
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"system-ui, sans-serif\" "
            + $"font-size=\"13\">");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>");
        Line($"<text x=\"{Left}\" y=\"28\" font-size=\"16\" font-weight=\"600\">{Escape(title)}</text>");
        for (int i = 0; i <= 5; i++)
        {
            double v = minY + ((maxY - minY) * i / 5);
            Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(v):F1}\" y2=\"{Y(v):F1}\" stroke=\"#ddd\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{Y(v) + 4:F1}\" text-anchor=\"end\" fill=\"#555\">{v:0.##}</text>");
        }

        for (int i = 0; i <= 5; i++)
        {
            double v = Math.Exp(Math.Log(minX) + ((Math.Log(maxX) - Math.Log(minX)) * i / 5));
            Line($"<text x=\"{X(v):F1}\" y=\"{Height - Bottom + 20:F1}\" text-anchor=\"middle\" fill=\"#555\">{v:0.00}</text>");
        }

        Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 16}\" text-anchor=\"middle\">{Escape(costName)} relative to 8 bits "
            + $"everywhere</text>");
        Line($"<text transform=\"translate(20 {Height / 2}) rotate(-90)\" text-anchor=\"middle\">estimated loss, percentage points</text>");
        MeasuredPoint[] front = [.. points.Where(p => p.IsOnFront).OrderBy(p => p.Value)];
        string path = string.Join(
            " ", front.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Value / eight):F1},{Y(p.Loss):F1}")));
        Line($"<polyline points=\"{path}\" fill=\"none\" stroke=\"#1f6feb\" stroke-width=\"2\"/>");
        foreach (MeasuredPoint p in points)
            Line($"<circle cx=\"{X(p.Value / eight):F1}\" cy=\"{Y(p.Loss):F1}\" r=\"4.5\" "
                + $"fill=\"{(p.IsOnFront ? "#1f6feb" : "#b9c4d0")}\"><title>{p.Value / eight:F3} of 8 bits, {p.Loss:F2} "
                + $"points</title></circle>");
        Line($"</svg>");
        return svg.ToString();
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
