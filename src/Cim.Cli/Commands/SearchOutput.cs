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
        var table = new Table().AddColumns("Policy", "Latency", "of 8 bits", "Energy", "Arrays", "Estimated loss");
        Row("uniform w8a8", search.Eight);
        Row("uniform w4a4, 8-bit first and last", search.Four);
        if (search.ProxyStart is { } start) Row("optimum of the additive estimate", start);
        Row($"found by {search.Searcher}", new SearchBaseline(search.Chosen, search.ValidationLoss));
        console.Write(table);
        if (search.Training is { } training)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"           {training.Trials.Length} candidates were trained for a short time; the estimated loss of the found one is "
                + $"after full training"));

        void Row(string name, SearchBaseline y) =>
            table.AddRow(
            new Text(name), Cell($"{y.Cost.LatencyNs:#,0} ns"), Cell($"{100 * y.Cost.LatencyNs / search.Eight.Cost.LatencyNs:F1} %"),
            Cell($"{y.Cost.EnergyPj:#,0} pJ"), Cell($"{y.Cost.Arrays:#,0}"), Cell($"{y.Loss:F2} points"));
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();
}
