using System.Globalization;
using Cim.Compiler.Search;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>How the result of a search is printed.</summary>
internal static class SearchOutput
{
    /// <summary>The found policy next to what can be had without a search, for people.</summary>
    public static void Print(IAnsiConsole console, SearchSummary search)
    {
        string episodes = search.Episodes > 0 ? string.Create(CultureInfo.InvariantCulture, $", {search.Episodes:N0} episodes") : "";
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"search     {search.Searcher}: {search.Evaluations} evaluations{episodes} of 10^{search.Log10Policies:F0} policies in "
                + $"{search.Seconds:F0} s"));
        SearchBaseline[] rows = [search.Eight, search.Four, .. search.ProxyStart is { } start ? [start] : Array.Empty<SearchBaseline>(),
            new SearchBaseline(search.Chosen, search.ValidationLoss) { Schedule = search.ChosenSchedule }];
        string[] names = ["uniform w8a8", "uniform w4a4, 8-bit first and last",
            .. search.ProxyStart is null ? Array.Empty<string>() : ["optimum of the additive estimate"], $"found by {search.Searcher}"];
        Table table = search.ChosenSchedule is null ? Costs(search, rows, names) : Schedules(rows, names);
        console.Write(table);
        if (search.Training is { } training)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"           {training.Trials.Length} candidates were trained for a short time; the estimated loss of the found one is "
                + $"after full training"));
    }

    private static Table Costs(SearchSummary search, SearchBaseline[] rows, string[] names)
    {
        Table table = new Table().AddColumns("Policy", "Latency", "of 8 bits", "Energy", "Arrays", "Estimated loss");
        foreach ((SearchBaseline y, string name) in rows.Zip(names))
            table.AddRow(
                new Text(name), Cell($"{y.Cost.LatencyNs:#,0} ns"), Cell($"{100 * y.Cost.LatencyNs / search.Eight.Cost.LatencyNs:F1} %"),
                Cell($"{y.Cost.EnergyPj:#,0} pJ"), Cell($"{y.Cost.Arrays:#,0}"), Cell($"{y.Loss:F2} points"));
        return table;
    }

    /// <summary>Every row as it would be scheduled, with copies on the same arrays.</summary>
    private static Table Schedules(SearchBaseline[] rows, string[] names)
    {
        Table table = new Table().AddColumns(
            "Policy, scheduled", "Latency", "of 8 bits", "Inferences/s", "Energy", "Arrays", "Estimated loss");
        foreach ((SearchBaseline y, string name) in rows.Zip(names))
            if (y.Schedule is { } s)
                table.AddRow(
                    new Text(name), Cell($"{s.LatencyNs:#,0} ns"), Cell($"{100 * s.LatencyNs / rows[0].Schedule!.LatencyNs:F1} %"),
                    Cell($"{s.ThroughputPerSecond:#,0}"), Cell($"{s.EnergyPj:#,0} pJ"), Cell($"{s.Arrays:#,0}"),
                    Cell($"{y.Loss:F2} points"));
        return table;
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();
}
