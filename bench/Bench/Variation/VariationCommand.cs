using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using static System.FormattableString;

namespace Cim.Bench.Variation;

/// <summary>
/// <c>bench variation</c>: two models of each network on the same hardware, ISAAC's arrays with differential pairs and cells from 1
/// to 40 uS: conventional (8-bit weights, activations and conversions) and variation-aware.
/// </summary>
internal sealed class VariationCommand : BenchCommand
{
    private readonly Option<string[]> _networks;
    private readonly Option<string[]> _variations;
    private readonly Option<int> _chips;
    private readonly Option<int> _limit;
    private readonly Option<int> _comparedImages;

    public VariationCommand()
        : base("variation", "variation", "What do accuracy and correct operations per joule become under conductance variation?")
    {
        string[] variations = [.. CellVariation.All.Select(v => v.Name)];
        _networks = AddList("--networks", string.Join(',', VariationNetwork.Names), "The networks.", VariationNetwork.Names);
        _variations = AddList("--variations", string.Join(',', variations), "How much cells vary.", variations);
        _chips = Add("--chips", 10, "Simulated chips.");
        _limit = Add("--limit", 500, "Test images.");
        _comparedImages = Add("--output-codes", 32, "Images whose output codes are compared (`cim eval --output-codes`).");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Printed();
        report.Head(
            "network", "variation", "method", "float", "no noise", "accuracy", "energy", "correct op/J", "ratio", "equal", "within 1",
            "predicted");
        foreach (string name in parsed.GetValue(_networks)!)
        {
            var measurement = new VariationMeasurement(
                run, VariationNetwork.Of(name, run), parsed.GetValue(_chips), parsed.GetValue(_limit), parsed.GetValue(_comparedImages));
            var rows = new List<(VariationRow Row, double Ratio)>();
            foreach (CellVariation variation in CellVariation.All.Where(v => parsed.GetValue(_variations)!.Contains(v.Name)))
            {
                double conventional = 0;
                foreach (bool isAware in new[] { false, true })
                {
                    VariationRow row = await measurement.MeasureAsync(variation, isAware, cancellation);
                    if (!isAware) conventional = row.CorrectOpsPerJoule;
                    rows.Add((row, row.CorrectOpsPerJoule / conventional));
                    Print(report, row, rows[^1].Ratio);
                }
            }

            ResultFile.WriteCsv(
                Path.Combine(run.OutputFolder, name + ".csv"), run.Command,
                ResultFile.Csv(VariationRow.Columns, rows.Select(r => r.Row.Cells(r.Ratio))));
            if (rows.Count > 2)
                ResultFile.Write(
                    Path.Combine(run.OutputFolder, name + ".svg"), VariationPlot.Svg([.. rows.Select(r => r.Row)], run.Command));
        }
    }

    private static void Print(ResultReport report, VariationRow row, double ratio) => report.Row(
        row.Network, row.Variation, row.Method, Invariant($"{100 * row.Float:F2} %"), Invariant($"{100 * row.NoiseFree:F2} %"),
        Invariant($"{100 * row.Accuracy:F2} ± {100 * row.Deviation:F2} %"), Invariant($"{row.EnergyPj / 1e6:F3} uJ"),
        Invariant($"{row.CorrectOpsPerJoule:0.000e+00}"), Invariant($"{ratio:F2}"), Invariant($"{100 * row.LeastEqual:F2} %"),
        Invariant($"{100 * row.LeastWithinOne:F3} %"),
        row.LeastPredictedEqual is { } predicted ? Invariant($"{100 * predicted:F2} %") : "");
}
