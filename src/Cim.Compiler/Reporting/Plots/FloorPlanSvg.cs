using System.Globalization;
using Cim.Compiler.Scheduling;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>
/// A chip from above: a square for each core at its slot, filled line by line with its arrays: with the colour of their layer, the darker
/// the longer they work, or by how often they are read.
/// </summary>
internal static class FloorPlanSvg
{
    private const double Side = 22, Gap = 2, Margin = 12;

    /// <summary>Arrays by layer.</summary>
    public static string Layers(ScheduleReport schedule) => Draw(schedule, "Cores and arrays by layer", (layer, index) =>
    {
        double busy = schedule.LatencyNs > 0 ? Math.Min(1, layer.BusyNs / schedule.LatencyNs) : 0;
        return (TimelineSvg.Colour(index), 0.35 + (0.65 * busy), Invariant($"arrays at work {100 * busy:0.#} % of the time"));
    });

    /// <summary>Arrays by their reads in an inference.</summary>
    public static string Reads(ScheduleReport schedule)
    {
        double most = OnChip(schedule).Select(l => l.Layer.ReadsPerArray).DefaultIfEmpty(0).Max();
        return Draw(schedule, "Reads of arrays", (layer, _) => (
            "#c0392b", most > 0 ? 0.08 + (0.92 * layer.ReadsPerArray / most) : 0.08,
            Invariant($"{layer.ReadsPerArray:#,0.#} reads of each array")));
    }

    private static IEnumerable<(ScheduledLayer Layer, int Index)> OnChip(ScheduleReport schedule)
    {
        HashSet<string> names = [.. schedule.OnChip];
        return schedule.Layers.Select((l, i) => (l, i)).Where(p => names.Contains(p.l.Name));
    }

    private static string Draw(
        ScheduleReport schedule, string title, Func<ScheduledLayer, int, (string Fill, double Opacity, string Text)> style)
    {
        int slots = Math.Max(schedule.GridCores, schedule.Slots.Length == 0 ? 1 : schedule.Slots.Max() + 1);
        int width = (int)Math.Ceiling(Math.Sqrt(slots)), height = (slots + width - 1) / width;
        var svg = new SvgDocument((width * Side) + (2 * Margin), (height * Side) + (2 * Margin), title);
        for (int slot = 0; slot < slots; slot++)
        {
            (double x, double y) = Corner(slot, width);
            svg.Line(Invariant($"<rect x=\"{x}\" y=\"{y}\" width=\"{Side - Gap}\" height=\"{Side - Gap}\" fill=\"#eee\"/>"));
        }

        long perCore = schedule.ArraysPerCore, at = 0;
        foreach ((ScheduledLayer layer, int index) in OnChip(schedule))
        {
            (string fill, double opacity, string text) = style(layer, index);
            // Where layers share cores, the arrays of one follow those of the one before.
            at = Math.Max(at, layer.FirstCore * perCore);
            long end = at + (layer.Arrays * layer.Copies);
            for (; at < end && at / perCore < schedule.Slots.Length; at = Math.Min(end, ((at / perCore) + 1) * perCore))
            {
                int core = (int)(at / perCore);
                long used = Math.Min(end - (core * perCore), perCore) - (at % perCore);
                string outline = Outline(Corner(schedule.Slots[core], width), at % perCore, used, perCore);
                svg.Line(Invariant($"<path d=\"{outline}\" fill=\"{fill}\" fill-opacity=\"{opacity:0.##}\"><title>core {core}: ")
                    + Invariant($"{SvgDocument.Escape(layer.Name)}, {used} of {perCore} arrays, {text}</title></path>"));
            }

            at = end;
        }

        return svg.ToString();
    }

    /// <summary>Consecutive arrays of a core as rectangles: the rest of a line, whole lines, the start of a line.</summary>
    private static string Outline((double X, double Y) corner, long first, long count, long perCore)
    {
        long columns = (long)Math.Ceiling(Math.Sqrt(perCore)), lines = (perCore + columns - 1) / columns;
        (double across, double down) = ((Side - Gap) / columns, (Side - Gap) / lines);
        var path = new List<string>();
        for (long end = first + count; first < end;)
        {
            (long line, long column) = Math.DivRem(first, columns);
            long whole = column == 0 ? Math.Max(1, (end - first) / columns) : 1;
            long wide = Math.Min(columns - column, end - first);
            path.Add(Invariant($"M{corner.X + (column * across):0.##} {corner.Y + (line * down):0.##}h{wide * across:0.##}")
                + Invariant($"v{whole * down:0.##}h{-wide * across:0.##}z"));
            first += wide + ((whole - 1) * columns);
        }

        return string.Concat(path);
    }

    /// <summary>Rows of a mesh are numbered to and fro.</summary>
    private static (double X, double Y) Corner(int slot, int width)
    {
        (int y, int x) = Math.DivRem(slot, width);
        if (y % 2 == 1) x = width - 1 - x;
        return (Margin + (x * Side), Margin + (y * Side));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
