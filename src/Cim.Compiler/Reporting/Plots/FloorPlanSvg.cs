using System.Globalization;
using Cim.Compiler.Scheduling;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>A chip from above: a square for each core, coloured by its layer, the darker the longer its arrays work.</summary>
internal static class FloorPlanSvg
{
    private const double Cell = 20, Margin = 12;

    /// <summary>The drawing.</summary>
    public static string Render(ScheduleReport schedule)
    {
        int cores = Math.Max(schedule.Slots.Length == 0 ? 1 : schedule.Slots.Max() + 1, 1);
        int width = (int)Math.Ceiling(Math.Sqrt(Math.Max(cores, schedule.GridCores)));
        int height = (Math.Max(cores, schedule.GridCores) + width - 1) / width;
        var svg = new SvgDocument((width * Cell) + (2 * Margin), (height * Cell) + (2 * Margin), "Cores by layer");
        for (int slot = 0; slot < Math.Max(cores, schedule.GridCores); slot++) Square(svg, slot, width, "#eee", 1, "free");
        for (int l = 0; l < schedule.Layers.Length; l++)
        {
            ScheduledLayer layer = schedule.Layers[l];
            double busy = schedule.LatencyNs > 0 ? Math.Min(1, layer.BusyNs / schedule.LatencyNs) : 0;
            foreach (int core in Enumerable.Range(layer.FirstCore, layer.Cores).Where(c => c < schedule.Slots.Length))
                Square(svg, schedule.Slots[core], width, TimelineSvg.Colour(l), 0.35 + (0.65 * busy),
                    string.Create(
                        CultureInfo.InvariantCulture, $"core {core}: {layer.Name}, arrays at work {100 * busy:0.#} % of the time"));
        }

        return svg.ToString();
    }

    /// <summary>Rows of a mesh are numbered to and fro.</summary>
    private static void Square(SvgDocument svg, int slot, int width, string fill, double opacity, string title)
    {
        (int y, int x) = Math.DivRem(slot, width);
        if (y % 2 == 1) x = width - 1 - x;
        svg.Line(string.Create(CultureInfo.InvariantCulture,
            $"<rect x=\"{Margin + (x * Cell)}\" y=\"{Margin + (y * Cell)}\" width=\"{Cell - 2}\" height=\"{Cell - 2}\" fill=\"{fill}\" "
                + $"fill-opacity=\"{opacity:0.##}\"><title>{SvgDocument.Escape(title)}</title></rect>"));
    }
}
