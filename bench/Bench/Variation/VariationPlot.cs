using System.Text;
using static System.FormattableString;

namespace Cim.Bench.Variation;

/// <summary>Accuracy against variation, both methods, error bars of one standard deviation.</summary>
internal static class VariationPlot
{
    private const int Width = 560;
    private const int Height = 330;
    private const int Left = 70;
    private const int Top = 40;
    private const int Right = Width - 30;

    private static readonly Series[] _series =
    [
        new("conventional", "#c0392b", 90, "8 bits, conventional"), new("aware", "#1f6fb2", 250, "variation-aware"),
    ];

    /// <summary>The plot of one network's rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="command">What makes it.</param>
    public static string Svg(IReadOnlyList<VariationRow> rows, string command)
    {
        double low = Math.Max(0, rows.Min(r => r.Accuracy - r.Deviation) - 0.03);
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" "))
            .Append(Invariant($"font-size=\"12\">\n<desc>{command}</desc>\n<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>"))
            .Append(Invariant($"<text x=\"{Width / 2.0:F1}\" y=\"20\" text-anchor=\"middle\">{rows[0].Network}: accuracy on simulated "))
            .Append("chips against variation</text>\n");
        for (int i = 0; i < 6; i++)
        {
            double accuracy = low + ((1 - low) * i / 5), y = Y(accuracy, low);
            svg.Append(Invariant($"<path d=\"M{Left} {y:F1}H{Right}\" stroke=\"#ddd\"/>"))
                .Append(Invariant($"<text x=\"62\" y=\"{y + 4:F1}\" text-anchor=\"end\">{100 * accuracy:F0} %</text>\n"));
        }

        foreach (CellVariation variation in CellVariation.All)
            svg.Append(
                Invariant($"<text x=\"{X(variation.Name):F1}\" y=\"{Height - 28}\" text-anchor=\"middle\">{variation.Name}</text>\n"));
        double original = Y(rows[0].Float, low);
        svg.Append(Invariant($"<path d=\"M{Left} {original:F1}H{Right}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>"))
            .Append(Invariant($"<text x=\"{Width - 32}\" y=\"{original - 5:F1}\" text-anchor=\"end\" fill=\"#666\">float</text>\n"));
        foreach (Series series in _series) Curve(svg, [.. rows.Where(r => r.Method == series.Method)], low, series);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Curve(StringBuilder svg, VariationRow[] rows, double low, Series series)
    {
        string colour = series.Colour;
        svg.Append(Invariant($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\""))
            .AppendJoin(' ', rows.Select(r => Invariant($"{X(r.Variation):F1},{Y(r.Accuracy, low):F1}"))).Append("\"/>\n");
        foreach (VariationRow row in rows)
        {
            double x = X(row.Variation);
            double top = Y(Math.Min(1, row.Accuracy + row.Deviation), low), bottom = Y(Math.Max(low, row.Accuracy - row.Deviation), low);
            svg.Append(Invariant($"<path d=\"M{x:F1} {top:F1}V{bottom:F1}\" stroke=\"{colour}\"/>"))
                .Append(Invariant($"<circle cx=\"{x:F1}\" cy=\"{Y(row.Accuracy, low):F1}\" r=\"3\" fill=\"{colour}\"/>\n"));
        }

        svg.Append(Invariant($"<text x=\"{series.LabelX}\" y=\"{Height - 8}\" fill=\"{colour}\">{series.Label}</text>\n"));
    }

    private static double X(string variation) => Left
        + ((Width - 110.0) * Array.FindIndex(CellVariation.All, v => v.Name == variation) / (CellVariation.All.Length - 1));

    private static double Y(double accuracy, double low) => Top + ((Height - 90) * (1 - ((accuracy - low) / (1 - low))));

    private sealed record Series(string Method, string Colour, int LabelX, string Label);
}
