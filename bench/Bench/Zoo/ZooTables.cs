using System.Globalization;
using System.Text;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using static System.FormattableString;

namespace Cim.Bench.Zoo;

/// <summary>What there is to write.</summary>
/// <param name="Rows">The searches with a result.</param>
/// <param name="Skipped">Networks that could not be measured, and why.</param>
/// <param name="Missing">How many searches have no result yet.</param>
internal sealed record ZooResults(IReadOnlyList<ZooRow> Rows, IReadOnlyDictionary<string, string> Skipped, int Missing);

/// <summary>Writes every row as CSV, and a line for each network, profile and searcher as Markdown with the summary above.</summary>
internal static class ZooTables
{
    private static readonly string[] _columns =
    [
        "network", "profile", "searcher", "seed", "evaluation", "ratio", "bestUniform", "estimatedLoss", "unseenLoss", "unseenSamples",
        "lost", "gained", "evaluations", "seconds", "processorSeconds", "cold", "regretPercent", "messages", "policy",
    ];

    /// <summary>Writes both files.</summary>
    public static string Write(BenchRun run, ZooOptions options, ZooResults results)
    {
        var summary = new ZooSummary(results.Rows, options.Loss);
        string path = Path.Combine(run.OutputFolder, "zoo"), text = Markdown(run, options, results, summary);
        ResultFile.WriteCsv(path + ".csv", run.Command, ResultFile.Csv(_columns, results.Rows.Select(row => Cells(row, summary))));
        ResultFile.WriteMarkdown(path + ".md", run.Command, text);
        return text;
    }

    private static string Markdown(BenchRun run, ZooOptions options, ZooResults results, ZooSummary summary)
    {
        (IReadOnlyList<ZooRow> rows, IReadOnlyDictionary<string, string> skipped, int missing) = results;
        var text = new StringBuilder();
        if (missing > 0)
            text.Append(Invariant($"**{missing} of {rows.Count + missing} searches have no result yet**; what follows is of the "))
                .Append("others.\n\n");
        text.Append(Invariant($"Budget {options.Loss} points, objective {options.Objective}, at most {options.Evaluations} "))
            .Append("evaluations; means over seeds. Ratio: latency of 8 bits everywhere over that of the result. Unseen: points lost on ")
            .Append("labelled samples that nothing was chosen by, lowest to highest over seeds (for images to images: relative squared ")
            .Append("error in percent). Regret: by how much the best known result that keeps its budget is faster. With evaluation: ")
            .Append("ratio and unseen loss where the user gives evaluation samples, too.\n\n")
            .AppendJoin('\n', summary.Lines()).Append("\n\n")
            .Append("| network | profile | searcher | seeds | ratio | best uniform | estimated | unseen | regret | evaluations | s | ")
            .Append("with evaluation | messages |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var cell in rows.GroupBy(row => (row.Network, row.Profile, row.Searcher)))
            text.Append("| ").AppendJoin(" | ", Means([.. cell], summary)).Append(" |\n");
        text.Append('\n');
        foreach (ZooNetwork network in rows.Select(row => row.Network).Distinct().Select(name => ZooNetworks.Of(name, run)))
            text.Append(CultureInfo.InvariantCulture, $"- {network.Name}: {network.Kind}\n");
        foreach ((string network, string reason) in skipped) text.Append(CultureInfo.InvariantCulture, $"- skipped: {network}. {reason}\n");
        return text.ToString();
    }

    private static IEnumerable<string> Means(ZooRow[] rows, ZooSummary summary)
    {
        ZooRow[] alone = [.. rows.Where(row => !row.IsChecked)], isChecked = [.. rows.Where(row => row.IsChecked)];
        ZooRow[] shown = alone.Length > 0 ? alone : isChecked;
        return
        [
            rows[0].Network, rows[0].Profile, rows[0].Searcher, Invariant($"{shown.Length}"),
            Invariant($"{shown.Average(row => row.Ratio):F2}x"), Invariant($"{shown.Average(row => row.UniformRatio):F2}x"),
            Invariant($"{shown.Average(row => row.EstimatedLoss):F2}"), Range(shown),
            Invariant($"{100 * shown.Average(summary.Regret):F1} %"), Invariant($"{shown.Average(row => row.Evaluations):F0}"),
            Invariant($"{shown.Average(row => row.Seconds):F0}"),
            isChecked.Length == 0 ? "" : Invariant($"{isChecked.Average(row => row.Ratio):F2}x, {Range(isChecked)}"),
            string.Join(' ', rows.SelectMany(row => row.Messages).Distinct().Order(StringComparer.Ordinal)),
        ];
    }

    private static string Range(ZooRow[] rows)
    {
        (double low, double high) = (rows.Min(row => row.Unseen.Points), rows.Max(row => row.Unseen.Points));
        return high - low < 0.005 ? Invariant($"{low:F2}") : Invariant($"{low:F2} to {high:F2}");
    }

    private static object?[] Cells(ZooRow row, ZooSummary summary) =>
    [
        row.Network, row.Profile, row.Searcher, row.Seed, row.IsChecked ? "given" : "none", Invariant($"{row.Ratio:F4}"),
        Invariant($"{row.UniformRatio:F4}"), Invariant($"{row.EstimatedLoss:F3}"), Invariant($"{row.Unseen.Points:F3}"),
        row.Unseen.Samples, row.Unseen.Lost, row.Unseen.Gained, row.Evaluations, Invariant($"{row.Seconds:F1}"),
        Invariant($"{row.ProcessorSeconds:F1}"), row.IsCold, Invariant($"{100 * summary.Regret(row):F2}"),
        string.Join(' ', row.Messages), row.Policy,
    ];
}
