using System.Globalization;
using System.Text;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using static System.FormattableString;

namespace Cim.Bench.Search;

/// <summary>Writes every row as CSV, and means over seeds as Markdown.</summary>
internal static class SearchTables
{
    private static readonly string[] _columns =
    [
        "network", "hardware", "objective", "budget", "searcher", "seed", "evaluations", "cost", "overUniform8", "overUniform4",
        "budgetPoints", "testLoss", "gapPercent", "seconds",
    ];

    /// <summary>Writes both files.</summary>
    public static void Write(BenchRun run, CompareOptions options, IReadOnlyList<SearchRow> rows)
    {
        string path = Path.Combine(run.OutputFolder, Invariant($"{options.Objective}-{options.Loss}"));
        ResultFile.WriteCsv(path + ".csv", run.Command, ResultFile.Csv(_columns, rows.Select(row => Cells(options, row))));
        ResultFile.WriteMarkdown(path + ".md", run.Command, Markdown(options, rows));
    }

    /// <summary>A table for each network and hardware.</summary>
    public static string Markdown(CompareOptions options, IReadOnlyList<SearchRow> rows)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"Objective {options.Objective}, budget {options.Loss} points, at most {options.Evaluations} evaluations; "))
            .Append("mean ± s.d. over seeds.\n");
        foreach (var table in rows.GroupBy(row => (row.Network, row.Hardware)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n**{table.Key.Network} on {table.Key.Hardware}**\n\n")
                .Append("| policy | over w8a8 | over w4a4, 8-bit ends | of the budget | test loss | above best known | s |\n")
                .Append("|---|---|---|---|---|---|---|\n");
            foreach (IGrouping<string, SearchRow> group in table.GroupBy(row => row.Searcher))
                text.Append("| ").AppendJoin(" | ", Means(group)).Append(" |\n");
        }

        return text.ToString();
    }

    private static object?[] Cells(CompareOptions options, SearchRow row) =>
    [
        row.Network, row.Hardware, options.Objective, options.Loss, row.Searcher, row.Seed, row.Evaluations, Invariant($"{row.Cost:R}"),
        Invariant($"{row.OverEight:F4}"), Invariant($"{row.OverFour:F4}"), Invariant($"{row.BudgetPoints:F4}"),
        double.IsNaN(row.TestLoss) ? null : Invariant($"{row.TestLoss:F3}"), Invariant($"{100 * row.Gap:F2}"),
        Invariant($"{row.Seconds:F1}"),
    ];

    private static string[] Means(IGrouping<string, SearchRow> rows) =>
    [
        rows.Key,
        MeanDeviation.Text(rows.Select(row => row.OverEight)) + "x",
        MeanDeviation.Text(rows.Select(row => row.OverFour)) + "x",
        MeanDeviation.Text(rows.Select(row => row.BudgetPoints)),
        MeanDeviation.Text(rows.Select(row => row.TestLoss)),
        rows.First().IsSearch ? MeanDeviation.Text(rows.Select(row => 100 * row.Gap)) + " %" : "",
        Invariant($"{rows.Average(row => row.Seconds):F0}"),
    ];
}
