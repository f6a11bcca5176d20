using System.Collections.Immutable;
using Cim.Compiler.Sweep;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>Accuracy over two parameters: a cell a point, coloured by its mean, with mean and standard deviation written in it.</summary>
internal static class SweepHeatMap
{
    private const double Top = 60, Bottom = 66, CellHeight = 46, LegendWidth = 92, LeastSpan = 0.01;

    // Seven samples of viridis (matplotlib, CC0): dark is bad, and it reads the same in grey and to colour-blind eyes.
    private static readonly (int R, int G, int B)[] _colours =
        [(68, 1, 84), (70, 50, 127), (54, 92, 141), (39, 127, 142), (31, 161, 135), (109, 205, 89), (253, 231, 37)];

    /// <param name="title">One line.</param>
    /// <param name="subtitle">One line.</param>
    /// <param name="rows">The first axis, one row a value.</param>
    /// <param name="columns">The second axis.</param>
    /// <param name="points">Row after row.</param>
    public static string Draw(string title, string subtitle, SweepAxis rows, SweepAxis columns, ImmutableArray<SweepMeasurement> points)
    {
        double left = 48 + (8 * rows.Values.Max(v => v.Length)), cellWidth = Math.Max(76, 9 * columns.Values.Max(v => v.Length));
        double gridWidth = cellWidth * columns.Values.Length, gridHeight = CellHeight * rows.Values.Length;
        double width = Math.Max(left + gridWidth + LegendWidth, 40 + (8.6 * Math.Max(title.Length, subtitle.Length * 0.8))),
            height = Top + gridHeight + Bottom;
        (double low, double high) = Span(points.Min(p => p.Statistics.Mean), points.Max(p => p.Statistics.Mean));
        double span = high - low;

        var svg = new SvgDocument(Math.Ceiling(width), height, title);
        svg.Line($"<text x=\"20\" y=\"24\" font-size=\"16\" font-weight=\"600\">{SvgDocument.Escape(title)}</text>");
        svg.Line($"<text x=\"20\" y=\"43\" fill=\"#555\">{SvgDocument.Escape(subtitle)}</text>");
        for (int r = 0; r < rows.Values.Length; r++)
        {
            double y = Top + (CellHeight * r);
            svg.Line($"<text x=\"{left - 8}\" y=\"{y + (CellHeight / 2) + 4}\" text-anchor=\"end\" "
                + $"fill=\"#555\">{SvgDocument.Escape(rows.Values[r])}</text>");
            for (int c = 0; c < columns.Values.Length; c++)
            {
                SweepMeasurement point = points[(r * columns.Values.Length) + c];
                Evaluation.TrialStatistics s = point.Statistics;
                (int R, int G, int B) colour = Colour((s.Mean - low) / span);
                double x = left + (cellWidth * c);
                string ink = (0.299 * colour.R) + (0.587 * colour.G) + (0.114 * colour.B) > 140 ? "#111" : "#fff";
                string tip = $"{rows.Field} = {rows.Values[r]}, {columns.Field} = {columns.Values[c]}: {SweepText.Describe(point)}";
                svg.Line($"<rect x=\"{x}\" y=\"{y}\" width=\"{cellWidth - 1}\" height=\"{CellHeight - 1}\" "
                    + $"fill=\"rgb({colour.R},{colour.G},{colour.B})\"><title>{SvgDocument.Escape(tip)}</title></rect>");
                double middle = s.Deviation > 0 ? y + 20 : y + (CellHeight / 2) + 4;
                svg.Line($"<text x=\"{x + (cellWidth / 2)}\" y=\"{middle}\" text-anchor=\"middle\" "
                    + $"fill=\"{ink}\">{100 * s.Mean:F1}</text>");
                if (s.Deviation > 0)
                    svg.Line($"<text x=\"{x + (cellWidth / 2)}\" y=\"{y + 36}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{ink}\">± "
                        + $"{100 * s.Deviation:F1}</text>");
            }
        }

        for (int c = 0; c < columns.Values.Length; c++)
            svg.Line($"<text x=\"{left + (cellWidth * (c + 0.5))}\" y=\"{Top + gridHeight + 18}\" text-anchor=\"middle\" "
                + $"fill=\"#555\">{SvgDocument.Escape(columns.Values[c])}</text>");
        svg.Line($"<text x=\"{left + (gridWidth / 2)}\" y=\"{Top + gridHeight + 44}\" "
            + $"text-anchor=\"middle\">{SvgDocument.Escape(columns.Field)}</text>");
        svg.Line($"<text transform=\"translate(18 {Top + (gridHeight / 2)}) rotate(-90)\" "
            + $"text-anchor=\"middle\">{SvgDocument.Escape(rows.Field)}</text>");
        Legend(svg, left + gridWidth + 14, gridHeight, low, high);
        return svg.ToString();
    }

    /// <summary>At least a percentage point: a hundredth of one is not the difference between dark and bright.</summary>
    private static (double Low, double High) Span(double low, double high)
    {
        if (high - low >= LeastSpan) return (low, high);
        double from = Math.Clamp(((low + high) / 2) - (LeastSpan / 2), 0, 1 - LeastSpan);
        return (from, from + LeastSpan);
    }

    private static void Legend(SvgDocument svg, double x, double height, double low, double high)
    {
        const int Steps = 24;
        for (int i = 0; i < Steps; i++)
        {
            (int r, int g, int b) = Colour((Steps - 0.5 - i) / Steps);
            svg.Line($"<rect x=\"{x}\" y=\"{Top + (height * i / Steps):F2}\" width=\"14\" height=\"{(height / Steps) + 0.5:F2}\" "
                + $"fill=\"rgb({r},{g},{b})\"/>");
        }

        svg.Line($"<text x=\"{x + 20}\" y=\"{Top + 10}\" fill=\"#555\">{100 * high:F1} %</text>");
        svg.Line($"<text x=\"{x + 20}\" y=\"{Top + height}\" fill=\"#555\">{100 * low:F1} %</text>");
    }

    private static (int R, int G, int B) Colour(double share)
    {
        double at = Math.Clamp(share, 0, 1) * (_colours.Length - 1);
        int i = Math.Min((int)at, _colours.Length - 2);
        double part = at - i;
        ((int R, int G, int B) a, (int R, int G, int B) b) = (_colours[i], _colours[i + 1]);
        return ((int)(a.R + (part * (b.R - a.R))), (int)(a.G + (part * (b.G - a.G))), (int)(a.B + (part * (b.B - a.B))));
    }
}
