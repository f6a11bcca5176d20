using System.Globalization;
using Cim.Compiler.Scheduling;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>A schedule for people.</summary>
internal static class ScheduleText
{
    /// <summary>Prints the layers, and what the schedule comes to.</summary>
    public static void Print(IAnsiConsole console, Schedule schedule)
    {
        var table = new Table().AddColumns("Layer", "Products", "Arrays", "Copies", "Cores", "Busy", "Starts", "Ends");
        foreach (ScheduledLayer l in schedule.Layers)
            table.AddRow(
                new Text(l.Name), Cell($"{l.Products:#,0}"), Cell($"{l.Arrays * l.Copies:#,0}"), Cell($"{l.Copies:#,0}"),
                new Text(l.Cores == 1 ? $"{l.FirstCore}" : $"{l.FirstCore}..{l.FirstCore + l.Cores - 1}"),
                new Text(Time(l.BusyNs)).RightJustified(), new Text(Time(l.StartNs)).RightJustified(),
                new Text(Time(l.EndNs)).RightJustified());
        console.Write(table);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{schedule.Hardware}: {Time(schedule.MakespanNs)} for {schedule.Images} image(s), {schedule.Speedup:0.##}x layer by layer "
                + $"({Time(schedule.SerialNs)}); {schedule.ThroughputPerSecond:#,0} images/s; {schedule.Arrays:#,0} arrays used "
                + $"{100 * schedule.Utilisation:0.##} %; {schedule.BufferBytes:#,0} bytes wait at most"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"At least {Time(schedule.Bound.LatencyNs)}; limited by {schedule.Bound.LimitedBy}, the slowest layer is "
                + $"{schedule.Bound.Name}."));
        if (schedule.Bound.Next is { } next)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{next.Arrays:#,0} more array(s) for '{next.Name}' would make it {Time(next.MakespanNs)} and "
                    + $"{next.ThroughputPerSecond:#,0} images/s."));
        Relief[] others = [.. schedule.Bound.Without.Where(r => r.MakespanNs < schedule.MakespanNs * 0.995)];
        if (others.Length > 0)
            console.WriteLine("If it held nothing up: "
                + string.Join(", ", others.Select(r => $"{r.Name} {Time(r.MakespanNs)}")) + ".");
        console.WriteLine($"Not counted: {string.Join("; ", schedule.NotModelled)}.");
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();

    private static string Time(double ns) =>
        ns >= 1e6 ? Invariant($"{ns / 1e6:0.###} ms") : ns >= 1e3 ? Invariant($"{ns / 1e3:0.###} us") : Invariant($"{ns:0.###} ns");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
