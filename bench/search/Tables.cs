using System.Globalization;
using System.Text;

namespace Cim.Search.Bench;

/// <summary>Writes every row as CSV, and means over seeds as markdown.</summary>
internal static class Tables
{
    public static void Write(BenchOptions options, IReadOnlyList<Row> rows)
    {
        var csv = new StringBuilder("network,hardware,objective,budget,searcher,seed,evaluations,cost,overUniform8,overUniform4,budgetPoints,testLoss,gapPercent,seconds\n");
        foreach (Row r in rows)
            csv.Append(CultureInfo.InvariantCulture,
                $"{r.Network},{r.Hardware},{options.Objective},{options.Loss},\"{r.Searcher}\",{r.Seed},{r.Evaluations},{r.Cost:R},{r.OverEight:F4},{r.OverFour:F4},{r.BudgetPoints:F4},{Number(r.TestLoss)},{100 * r.Gap:F2},{r.Seconds:F1}\n");
        string name = string.Create(CultureInfo.InvariantCulture, $"{options.Objective}-{options.Loss}");
        File.WriteAllText(Path.Combine(options.Output, name + ".csv"), csv.ToString());

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"Objective {options.Objective}, budget {options.Loss} points, at most {options.Evaluations} evaluations; mean ± s.d. over "
            + $"seeds.\n");
        foreach (var table in rows.GroupBy(r => (r.Network, r.Hardware)))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\n**{table.Key.Network} on {table.Key.Hardware}**\n\n| policy | over w8a8 | over w4a4, 8-bit ends | of the budget | "
                + $"test loss | above best known | s |\n|---|---|---|---|---|---|---|\n");
            foreach (var g in table.GroupBy(r => r.Searcher))
                text.Append(CultureInfo.InvariantCulture,
                    $"| {g.Key} | {Mean(g, r => r.OverEight)}x | {Mean(g, r => r.OverFour)}x | {Mean(g, r => r.BudgetPoints)} | "
                    + $"{Mean(g, r => r.TestLoss)} | {(g.Key[0] == 'u' ? "" : Mean(g, r => 100 * r.Gap) + " %")} | "
                    + $"{g.Average(r => r.Seconds):F0} |\n");
        }

        File.WriteAllText(Path.Combine(options.Output, name + ".md"), text.ToString());
    }

    private static string Mean(IEnumerable<Row> rows, Func<Row, double> of)
    {
        double[] values = [.. rows.Select(of)];
        double mean = values.Average(),
            deviation = values.Length > 1 ? Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1)) : 0;
        return double.IsNaN(mean)
            ? "–"
            : values.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $"{mean:F2} ± {deviation:F2}")
            : mean.ToString("F2", CultureInfo.InvariantCulture);
    }

    private static string Number(double value) => double.IsNaN(value) ? "" : value.ToString("F3", CultureInfo.InvariantCulture);
}
