using System.Globalization;
using System.Text;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>Policies of a search as points: relative cost across, loss upwards, and the front.</summary>
internal static class SearchSvg
{
    private const double Width = 900, Height = 340, Left = 56, Right = 16, Top = 12, Bottom = 44;
    private const int MostTitles = 1500, Ticks = 5;

    /// <summary>The drawing, styled by the page.</summary>
    public static string Render(SearchReport search)
    {
        SearchPointReport[] points = [.. search.Points.Where(p => p.Cost > 0 && double.IsFinite(p.Cost) && !double.IsNaN(p.LossPoints))
            .Select(p => p with { LossPoints = Math.Min(p.LossPoints, 100) })];
        (double low, double high) = (Math.Log(points.Min(p => p.Cost) / 1.03), Math.Log(points.Max(p => p.Cost) * 1.03));
        double least = Math.Min(0, points.Min(p => p.LossPoints)), most = Math.Max(1, points.Max(p => p.LossPoints));
        double step = SvgDocument.NiceStep(most - least, Ticks);
        (least, most) = (Math.Floor(least / step) * step, Math.Ceiling(most / step) * step);
        double X(double cost) => Left + ((Width - Left - Right) * (Math.Log(cost) - low) / (high - low));
        double Y(double loss) => Height - Bottom - ((Height - Top - Bottom) * (loss - least) / (most - least));

        var svg = new StringBuilder();
        void Line(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Cost and loss of every policy measured\">");
        for (int i = 0; i <= (int)Math.Round((most - least) / step); i++)
        {
            double loss = least + (i * step);
            Line($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(loss):0.#}\" y2=\"{Y(loss):0.#}\"/>");
            Line($"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Y(loss) + 4:0.#}\" text-anchor=\"end\">{loss:0.##}</text>");
        }

        for (int i = 0; i <= Ticks; i++)
        {
            double cost = Math.Exp(low + ((high - low) * i / Ticks));
            string anchor = i == 0 ? "start" : i == Ticks ? "end" : "middle";
            Line($"<text class=\"tick\" x=\"{X(cost):0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"{anchor}\">{cost:0.00}</text>");
        }

        Line($"<text class=\"tick\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">relative cost</text>");
        if (search.MaxLoss is { } limit && limit < most)
            Line($"<line class=\"limit\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(limit):0.#}\" y2=\"{Y(limit):0.#}\"/>");
        string front = string.Join(' ', Front(points).Select(p =>
            string.Create(CultureInfo.InvariantCulture, $"{X(p.Cost):0.#},{Y(p.LossPoints):0.#}")));
        Line($"<polyline class=\"front\" points=\"{front}\"/>");
        bool hasTitles = points.Length <= MostTitles;
        foreach (SearchPointReport p in points)
        {
            string kind = p.Kind switch { "chosen" => "p-chosen", "trained" => "p-trained", "measured" => "p-measured", _ => "p-base" };
            string title = hasTitles ? string.Create(CultureInfo.InvariantCulture,
                $"<title>{p.Kind}: {p.Cost:0.000} of the cost, {p.LossPoints:0.00} points</title>") : "";
            double radius = p.Kind == "measured" ? 3.5 : 5.5;
            Line($"<circle class=\"{kind}\" cx=\"{X(p.Cost):0.#}\" cy=\"{Y(p.LossPoints):0.#}\" r=\"{radius}\">{title}</circle>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static IEnumerable<SearchPointReport> Front(SearchPointReport[] points)
    {
        double least = double.PositiveInfinity;
        foreach (SearchPointReport p in points.OrderBy(p => p.Cost).ThenBy(p => p.LossPoints))
        {
            if (p.LossPoints >= least) continue;
            least = p.LossPoints;
            yield return p;
        }
    }
}
