using System.CommandLine;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;
using MathNet.Numerics.Statistics;
using static System.FormattableString;

namespace Cim.Bench.Merging;

/// <summary>
/// <c>bench merging</c>: networks with and without column sharing, pruned or not; a row a method, mean and standard deviation over
/// seeds. The seed draws the order of training, the clusters' first columns and the classes of the Fisher information.
/// </summary>
internal sealed class MergingCommand : BenchCommand
{
    private readonly Argument<string> _network = new("network") { Description = "The network." };
    private readonly Option<string> _hardware;
    private readonly Option<int> _weightBits;
    private readonly Option<MergingRow[]> _rows;
    private readonly Option<int[]> _seeds;
    private readonly Option<int> _epochs;
    private readonly Option<int> _limit;
    private readonly Option<int> _train;

    public MergingCommand()
        : base("merging", "merging", "How many cells and arrays does column sharing save, and what does it cost in accuracy?")
    {
        _network.AcceptOnlyFromAmong(ImageNetworks.FashionNames);
        Arguments.Add(_network);
        _hardware = Add("--hardware", "nju-32", "The hardware profile.");
        _weightBits = Add("--weight-bits", 4, "Bits of a weight.");
        _rows = AddList<MergingRow>(
            "--rows", "none - auto,prune 0 auto pruned,group 0.45 group,spectral 0.45 spectral,all 0.45 auto pruned",
            "The rows: a name, the share of cells to save (- for no column sharing), the method, and `pruned` for the network of "
                + "bench/recipes/prune-NETWORK.json made with the row's seed.");
        _seeds = AddList<int>("--seeds", "1,2,3", "The seeds.");
        _epochs = Add("--epochs", 0, "Epochs of training after column sharing.");
        _limit = Add("--limit", 0, "Test images; 0 for all.");
        _train = Add("--train", 0, "Images that pruning, calibration and training see; 0 for all.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ImageNetwork network = ImageNetworks.Of(parsed.GetRequiredValue(_network), run.Repository);
        (int train, int limit, int epochs) = (parsed.GetValue(_train), parsed.GetValue(_limit), parsed.GetValue(_epochs));
        (string hardware, int weightBits) = (parsed.GetValue(_hardware)!, parsed.GetValue(_weightBits));
        int[] seeds = parsed.GetValue(_seeds)!;
        using var folder = new TemporaryFolder();
        var compilations = new MergingCompilations
        {
            Run = run, Network = network, Folder = folder,
            Training = train == 0
                ? network.Calibration
                : network.Training.Write(Selection.First(network.Training.Count, train), folder.Path),
            Compile = ["--hardware", hardware, "--weight-bits", weightBits], Epochs = epochs,
            Test = ["--data", network.Test, .. network.Preprocessing, .. limit > 0 ? new object[] { "--limit", limit } : []],
        };
        double original = 100 * (await run.Cim.EvaluateAsync([network.Model, .. compilations.Test], cancellation)).Accuracy;
        ResultReport report = run.Report(network.Name);
        report.Line(string.Create(CultureInfo.InvariantCulture,
            $"{network.Name} on {hardware}, {weightBits}-bit weights, {epochs} epochs, seeds {string.Join(',', seeds)}, the first "
                + $"{(train > 0 ? train : network.Training.Count)} training images, {(limit > 0 ? limit : 10000)} test images: float "
                + $"{original:F2} %"));
        report.Line();
        report.Head("row", "cells", "saved", "arrays", "saved", "accuracy", "loss");
        (double Cells, double Arrays)? first = null;
        foreach (MergingRow row in parsed.GetValue(_rows)!)
        {
            var results = new List<(CostFigures Cost, double Accuracy)>();
            foreach (int seed in seeds)
            {
                results.Add(await compilations.MeasureAsync(row, seed, cancellation));
                BenchRun.Progress(string.Create(CultureInfo.InvariantCulture,
                    $"{row.Name} {seed} {results[^1].Cost.Cells} {results[^1].Cost.Arrays} {results[^1].Accuracy}"));
            }

            double cells = results.Average(r => (double)r.Cost.Cells), arrays = results.Average(r => (double)r.Cost.Arrays);
            first ??= (cells, arrays);
            report.Row(
                row.Label, Invariant($"{cells:F0}"), Invariant($"{100 * (1 - (cells / first.Value.Cells)):F1} %"),
                Invariant($"{arrays:F0}"),
                Invariant($"{100 * (1 - (arrays / first.Value.Arrays)):F1} %"), MeanDeviation.Text(results.Select(r => r.Accuracy)) + " %",
                Invariant($"{original - results.Select(r => r.Accuracy).Mean():F2}"));
        }
    }
}
