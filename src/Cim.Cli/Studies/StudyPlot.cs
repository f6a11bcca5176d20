using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Reporting.Plots;

namespace Cim.Cli.Studies;

/// <summary>
/// Draws the designs of a study: what each costs (logarithmic) against what it loses. The values of one parameter have colours of their
/// own, and a line joins the designs that no other one beats in both.
/// </summary>
internal static class StudyPlot
{
    private const double Width = 760, Height = 440, Left = 72, Right = 170, Top = 56, Bottom = 64;

    private static readonly ImmutableArray<string> _colours =
        ["#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#0e7490", "#57606a"];

    /// <summary>The drawing.</summary>
    /// <param name="table">The designs; those without cost or loss are left out.</param>
    /// <param name="title">What is above it.</param>
    /// <param name="costName">What the cost is, with its unit.</param>
    /// <param name="cost">The cost.</param>
    /// <returns>Null if no design has both.</returns>
    public static string? Draw(StudyTable table, string title, string costName, Func<DesignCost, double> cost)
    {
        Point[] points = [.. table.Designs.Where(d => d.Cost is not null && cost(d.Cost) > 0 && double.IsFinite(d.LossPoints))
            .Select(d => new Point(d, cost(d.Cost!), d.LossPoints))];
        if (points.Length == 0) return null;
        var scale = new Scale(points);
        int parameter = Coloured(table, points);
        string[] values = parameter < 0 ? [] : [.. points.Select(p => p.Design.Choices[parameter]).Distinct()];
        var svg = new SvgDocument(Width, Height, title);
        void Line(FormattableString text) => svg.Line(text.ToString(CultureInfo.InvariantCulture));
        Line($"<text x=\"{Left}\" y=\"24\" font-size=\"16\" font-weight=\"600\">{SvgDocument.Escape(title)}</text>");
        Line($"<text x=\"{Left}\" y=\"43\" fill=\"#555\">{points.Length} designs; the line joins those that no other one beats</text>");
        foreach (double v in scale.LossMarks)
        {
            Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{scale.Y(v):F1}\" y2=\"{scale.Y(v):F1}\" stroke=\"#ddd\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{scale.Y(v) + 4:F1}\" text-anchor=\"end\" fill=\"#555\">{v:0.##}</text>");
        }

        foreach (double v in scale.CostMarks)
            Line($"<text x=\"{scale.X(v):F1}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\" fill=\"#555\">{v:G3}</text>");
        Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" stroke=\"#555\"/>");
        Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 18}\" text-anchor=\"middle\">{SvgDocument.Escape(costName)}</text>");
        Line($"<text transform=\"translate(22 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">lost, points</text>");
        string front = string.Join(' ', Front(points).Select(
            p => string.Create(CultureInfo.InvariantCulture, $"{scale.X(p.Cost):F1},{scale.Y(p.Loss):F1}")));
        Line($"<polyline points=\"{front}\" fill=\"none\" stroke=\"#8c959f\" stroke-width=\"1.5\"/>");
        foreach (Point p in points)
        {
            string tip = string.Join(", ", table.Parameters.Zip(p.Design.Choices, (name, value) => $"{name}={value}"))
                + string.Create(CultureInfo.InvariantCulture, $": {p.Loss:F2} points, {p.Cost:G6}");
            string colour = Colour(parameter < 0 ? 0 : Array.IndexOf(values, p.Design.Choices[parameter]));
            Line($"<circle cx=\"{scale.X(p.Cost):F1}\" cy=\"{scale.Y(p.Loss):F1}\" r=\"4.5\" fill=\"{colour}\">");
            Line($"<title>{SvgDocument.Escape(tip)}</title></circle>");
        }

        string legend = parameter < 0 ? "" : SvgDocument.Escape(table.Parameters[parameter]);
        Line($"<text x=\"{Width - Right + 16}\" y=\"{Top}\" font-weight=\"600\">{legend}</text>");
        for (int i = 0; i < Math.Min(values.Length, _colours.Length); i++)
        {
            Line($"<circle cx=\"{Width - Right + 22}\" cy=\"{Top + 18 + (20 * i)}\" r=\"4.5\" fill=\"{Colour(i)}\"/>");
            Line($"<text x=\"{Width - Right + 34}\" y=\"{Top + 22 + (20 * i)}\">{SvgDocument.Escape(Path.GetFileName(values[i]))}</text>");
        }

        return svg.ToString();
    }

    /// <summary>The parameter with the fewest values of those that vary, so that its colours differ; -1 if none varies.</summary>
    private static int Coloured(StudyTable table, Point[] points) => Enumerable.Range(0, table.Parameters.Length)
        .Select(p => (Parameter: p, Values: points.Select(d => d.Design.Choices[p]).Distinct().Count()))
        .Where(p => p.Values > 1 && p.Values <= _colours.Length).OrderBy(p => p.Values).Select(p => p.Parameter).DefaultIfEmpty(-1).First();

    private static IEnumerable<Point> Front(Point[] points)
    {
        double least = double.PositiveInfinity;
        foreach (Point p in points.OrderBy(p => p.Cost).ThenBy(p => p.Loss))
        {
            if (p.Loss >= least) continue;
            least = p.Loss;
            yield return p;
        }
    }

    private static string Colour(int index) => _colours[index % _colours.Length];

    private sealed record Point(StudyDesign Design, double Cost, double Loss);

    private sealed class Scale
    {
        private readonly double _minX, _maxX, _minY, _maxY, _step;

        public Scale(Point[] points)
        {
            (_minX, _maxX) = (Math.Log(points.Min(p => p.Cost) / 1.05), Math.Log(points.Max(p => p.Cost) * 1.05));
            (double low, double high) = (Math.Min(0, points.Min(p => p.Loss)), Math.Max(points.Max(p => p.Loss), 0.1));
            _step = SvgDocument.NiceStep(high - low, 5);
            (_minY, _maxY) = (Math.Floor(low / _step) * _step, Math.Ceiling(high / _step) * _step);
        }

        public IEnumerable<double> LossMarks =>
            Enumerable.Range(0, (int)Math.Round((_maxY - _minY) / _step) + 1).Select(i => _minY + (i * _step));

        public IEnumerable<double> CostMarks => Enumerable.Range(0, 5).Select(i => Math.Exp(_minX + ((_maxX - _minX) * (i + 0.5) / 5)));

        public double X(double cost) => Left + ((Width - Left - Right) * (Math.Log(cost) - _minX) / (_maxX - _minX));

        public double Y(double loss) => Height - Bottom - ((Height - Top - Bottom) * (loss - _minY) / (_maxY - _minY));
    }
}
