using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Sweep;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>
/// Accuracy over one parameter: the mean as a line, one standard deviation up and down as error bars, the worst chip as a
/// small mark; the accuracies of the integers alone and of the float network as broken lines. Numbers lie at their value, names
/// at equal distances.
/// </summary>
internal static class SweepLinePlot
{
    private const double Width = 720, Height = 440, Left = 72, Right = 28, Top = 56, Bottom = 64;

    public static string Draw(
        string title, string subtitle, SweepAxis axis, ImmutableArray<SweepMeasurement> points, SweepReferences references)
    {
        double[] positions = axis.Numbers ?? [.. Enumerable.Range(0, axis.Values.Length).Select(i => (double)i)];
        double pad = positions.Length == 1 ? 1 : (positions.Max() - positions.Min()) * 0.04;
        (double minX, double maxX) = (positions.Min() - pad, positions.Max() + pad);
        double low = points.Min(p => Math.Min(p.Statistics.Minimum, p.Statistics.Mean - p.Statistics.Deviation));
        double high = points.Max(p => Math.Max(p.Statistics.Maximum, p.Statistics.Mean + p.Statistics.Deviation));
        double exact = references.Exact, real = references.Float ?? exact;
        (low, high) = (Math.Min(low, Math.Min(exact, real)), Math.Max(high, Math.Max(exact, real)));
        double step = SvgDocument.NiceStep(Math.Max(100 * (high - low), 1), 5);
        double minY = Math.Max(0, Math.Floor(100 * low / step) * step), maxY = Math.Min(100, Math.Ceiling(100 * high / step) * step);
        if (maxY <= minY) (minY, maxY) = (Math.Max(0, maxY - step), Math.Min(100, maxY + step));
        double X(double v) => Left + ((Width - Left - Right) * (v - minX) / (maxX - minX));
        double Y(double fraction) =>
            Height - Bottom - ((Height - Top - Bottom) * (Math.Clamp(100 * fraction, minY, maxY) - minY) / (maxY - minY));

        var svg = new SvgDocument(Width, Height, title);
        svg.Line($"<text x=\"{Left}\" y=\"24\" font-size=\"16\" font-weight=\"600\">{SvgDocument.Escape(title)}</text>");
        svg.Line($"<text x=\"{Left}\" y=\"43\" fill=\"#555\">{SvgDocument.Escape(subtitle)}</text>");
        for (double v = minY; v <= maxY + (step / 2); v += step)
        {
            svg.Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(v / 100):F1}\" y2=\"{Y(v / 100):F1}\" stroke=\"#ddd\"/>");
            svg.Line($"<text x=\"{Left - 8}\" y=\"{Y(v / 100) + 4:F1}\" text-anchor=\"end\" fill=\"#555\">{v:0.##}</text>");
        }

        Reference("exact", "integers alone", exact, Width - Right, "end");
        if (references.Float is not null) Reference("float", "float network, as compiled", real, Left + 4, "start");
        double labelled = double.NegativeInfinity;
        for (int i = 0; i < positions.Length; i++)
        {
            svg.Line($"<line x1=\"{X(positions[i]):F1}\" x2=\"{X(positions[i]):F1}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom + 5}\" "
                + $"stroke=\"#555\"/>");
            // Labels that would touch the one before are left out.
            double half = 4 * axis.Values[i].Length;
            if (X(positions[i]) - half < labelled) continue;
            labelled = X(positions[i]) + half + 4;
            svg.Line($"<text x=\"{X(positions[i]):F1}\" y=\"{Height - Bottom + 20}\" text-anchor=\"middle\" "
                + $"fill=\"#555\">{SvgDocument.Escape(axis.Values[i])}</text>");
        }

        svg.Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" stroke=\"#555\"/>");
        svg.Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 18}\" "
            + $"text-anchor=\"middle\">{SvgDocument.Escape(axis.Field)}</text>");
        svg.Line($"<text transform=\"translate(22 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">accuracy, %</text>");
        if (axis.Numbers is not null)
        {
            int[] order = [.. Enumerable.Range(0, positions.Length).OrderBy(i => positions[i])];
            string path = string.Join(" ", order.Select(
                i => string.Create(CultureInfo.InvariantCulture, $"{X(positions[i]):F1},{Y(points[i].Statistics.Mean):F1}")));
            svg.Line($"<polyline points=\"{path}\" fill=\"none\" stroke=\"#1f6feb\" stroke-width=\"2\"/>");
        }

        for (int i = 0; i < positions.Length; i++)
        {
            Evaluation.TrialStatistics s = points[i].Statistics;
            double x = X(positions[i]), up = Y(s.Mean + s.Deviation), down = Y(s.Mean - s.Deviation);
            if (s.Deviation > 0)
            {
                svg.Line($"<path d=\"M{x:F1} {up:F1}V{down:F1}M{x - 5:F1} {up:F1}h10M{x - 5:F1} {down:F1}h10\" stroke=\"#1f6feb\" "
                    + $"stroke-width=\"1.5\" fill=\"none\"/>");
                svg.Line($"<path d=\"M{x - 3:F1} {Y(s.Minimum):F1}h6\" stroke=\"#d1242f\" stroke-width=\"2\"/>");
            }

            string tip = $"{axis.Field} = {axis.Values[i]}: {SweepText.Describe(points[i])}";
            svg.Line($"<circle cx=\"{x:F1}\" cy=\"{Y(s.Mean):F1}\" r=\"4\" "
                + $"fill=\"#1f6feb\"><title>{SvgDocument.Escape(tip)}</title></circle>");
        }

        return svg.ToString();

        // Labels at either end, so that they do not meet where the lines do.
        void Reference(string name, string what, double fraction, double x, string anchor)
        {
            string colour = name == "exact" ? "#1a7f37" : "#57606a", text = $"{what} {100 * fraction:0.##} %";
            svg.Line($"<line class=\"{name}\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(fraction):F1}\" y2=\"{Y(fraction):F1}\" "
                + $"stroke=\"{colour}\" stroke-dasharray=\"6 4\"><title>{text}</title></line>");
            // Above the line unless that is outside.
            double label = Y(fraction) - 5 > Top + 8 ? Y(fraction) - 5 : Y(fraction) + 15;
            svg.Line($"<text x=\"{x}\" y=\"{label:F1}\" text-anchor=\"{anchor}\" font-size=\"11\" fill=\"{colour}\">{text}</text>");
        }
    }
}
