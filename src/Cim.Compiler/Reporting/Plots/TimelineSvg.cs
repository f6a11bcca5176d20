using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Scheduling;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>A schedule over time: a bar for each layer, from its first product to its last row, the darker the busier its arrays.</summary>
internal static class TimelineSvg
{
    private const double Width = 960, Left = 190, Right = 20, Top = 34, RowHeight = 18;
    private const int MostLayers = 120, Ticks = 6;

    /// <summary>The drawing; of very many layers the longest ones.</summary>
    public static string Render(ScheduleReport schedule)
    {
        ImmutableArray<ScheduledLayer> layers = schedule.Layers;
        if (layers.Length > MostLayers)
            layers = [.. layers.OrderByDescending(l => l.EndNs - l.StartNs).Take(MostLayers).OrderBy(l => l.StartNs)];
        double height = Top + (layers.Length * RowHeight) + 24, scale = (Width - Left - Right) / Math.Max(1e-9, schedule.LatencyNs);
        var svg = new SvgDocument(Width, height, "When each layer works");
        double step = SvgDocument.NiceStep(schedule.LatencyNs, Ticks);
        for (double at = 0; at <= schedule.LatencyNs; at += step)
        {
            svg.Line(string.Create(CultureInfo.InvariantCulture,
                $"<line x1=\"{Left + (at * scale):0.#}\" y1=\"{Top - 6}\" x2=\"{Left + (at * scale):0.#}\" y2=\"{height - 20}\" "
                + $"stroke=\"#ddd\"/>"));
            svg.Line(string.Create(CultureInfo.InvariantCulture,
                $"<text x=\"{Left + (at * scale):0.#}\" y=\"{Top - 12}\" text-anchor=\"middle\" fill=\"#555\">{at / 1000:0.###} "
                + $"us</text>"));
        }

        for (int i = 0; i < layers.Length; i++)
        {
            ScheduledLayer layer = layers[i];
            double y = Top + (i * RowHeight), span = layer.EndNs - layer.StartNs;
            double busy = span > 0 ? Math.Min(1, layer.BusyNs / span) : 1;
            string name = layer.Name.Length <= 24 ? layer.Name : "…" + layer.Name[^23..];
            svg.Line(string.Create(CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{y + 13:0.#}\" text-anchor=\"end\">{SvgDocument.Escape(name)}</text>"));
            svg.Line(string.Create(CultureInfo.InvariantCulture,
                $"<rect x=\"{Left + (layer.StartNs * scale):0.##}\" y=\"{y + 2:0.#}\" width=\"{Math.Max(1, span * scale):0.##}\" "
                + $"height=\"{RowHeight - 4}\" fill=\"{Colour(i)}\" fill-opacity=\"{0.3 + (0.7 * busy):0.##}\"><title>"
                + $"{SvgDocument.Escape(layer.Name)}: {layer.StartNs / 1000:0.###} to {layer.EndNs / 1000:0.###} us, {layer.Copies} x "
                + $"{layer.Arrays} arrays, busy {100 * busy:0.#} %</title></rect>"));
        }

        return svg.ToString();
    }

    /// <summary>The colour of a layer: neighbours differ.</summary>
    internal static string Colour(int layer) =>
        string.Create(CultureInfo.InvariantCulture, $"hsl({layer * 137.5 % 360:0.#} 55% 45%)");
}
