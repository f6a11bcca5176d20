using System.Text;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;
using static System.FormattableString;

namespace Cim.Bench.Search;

/// <summary>The table of trained policies: mean and standard deviation over seeds.</summary>
/// <param name="network">The network's name.</param>
/// <param name="options">How policies are searched and trained.</param>
/// <param name="eight">The cost of uniform 8 bits.</param>
/// <param name="original">The accuracy of the float network.</param>
internal sealed class TrainedTable(string network, TrainedOptions options, CostReport eight, double original)
{
    /// <summary>The row that others are compared with.</summary>
    public const string Baseline = "uniform w4a4, 8-bit ends, trained";

    // The baseline is listed first.
    private readonly List<(string Label, List<TrainedRow> Runs)> _rows = [(Baseline, [])];

    /// <summary>Adds a run to a row.</summary>
    public void Add(string label, TrainedRow run)
    {
        int at = _rows.FindIndex(row => row.Label == label);
        if (at < 0)
        {
            at = _rows.Count;
            _rows.Add((label, []));
        }

        _rows[at].Runs.Add(run);
    }

    /// <summary>The table as Markdown, and the policies.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.Append(Invariant($"{network} on {options.Hardware}, float {100 * original:F2} %, uniform 8 bits {eight.LatencyNs / 1e6:F3} "))
            .Append(Invariant($"ms, {eight.EnergyPj / 1e6:F2} uJ, {eight.Arrays} arrays; losses in points of the test images after "))
            .Append("training, fidelity exact; mean ± s.d. over seeds.\n\n")
            .Append("| policy | seeds | latency: over w8a8 | over w4a4, 8-bit ends | energy: over w8a8 | loss | loss by adc | s |\n")
            .Append("|---|---|---|---|---|---|---|---|\n");
        foreach ((string label, List<TrainedRow> runs) in _rows.Where(row => row.Runs.Count > 0))
            text.Append("| ").AppendJoin(" | ", [label, Invariant($"{runs.Count}"), .. Cells(runs)]).Append(" |\n");
        text.Append("\nFound:\n\n");
        foreach ((string label, List<TrainedRow> runs) in _rows)
            for (int i = 0; i < runs.Count; i++)
                text.Append(Invariant($"- {label}, run {i + 1}: weights/activations/conversions "))
                    .AppendJoin(' ', runs[i].Policy.Select(l => Invariant($"{l.WeightBits}/{l.ActivationBits}/{l.AdcBits}")))
                    .Append(runs[i].TrainedCandidates is { } trained ? Invariant($"; {trained} candidates trained") : "").Append('\n');
        return text.ToString();
    }

    private string[] Cells(List<TrainedRow> runs)
    {
        List<TrainedRow> baseline = _rows[0].Runs;
        return
        [
            MeanDeviation.Text(runs.Select(r => eight.LatencyNs / r.Cost.LatencyNs)) + "x",
            baseline.Count > 0 ? MeanDeviation.Text(runs.Select(r => baseline[0].Cost.LatencyNs / r.Cost.LatencyNs)) + "x" : "-",
            eight.EnergyPj > 0 ? MeanDeviation.Text(runs.Select(r => eight.EnergyPj / r.Cost.EnergyPj)) + "x" : "-",
            MeanDeviation.Text(runs.Select(r => 100 * (original - r.Accuracy))),
            runs[0].Adc is null ? "-" : MeanDeviation.Text(runs.Select(r => 100 * (original - r.Adc!.Value))),
            MeanDeviation.Text(runs.Select(r => r.Seconds)),
        ];
    }
}
