using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;
using static System.FormattableString;

namespace Cim.Bench.Search;

/// <summary>
/// <c>bench search strips</c>: strips of several widths against whole layers of one width, at equal cells, before and after
/// training; a row a compilation. Copies of slow layers fill the arrays that uniform 8 bits take (for 8 bits as well). Accuracy is
/// of fidelity exact on the test images, which choose nothing.
/// </summary>
internal sealed class StripsCommand : BenchCommand
{
    private readonly Argument<string> _network = new("network") { Description = "The network." };
    private readonly Option<string> _hardware;
    private readonly Option<string[]> _units;
    private readonly Option<string> _widths;
    private readonly Option<string[]> _shares;
    private readonly Option<int[]> _seeds;
    private readonly Option<int> _samples;
    private readonly Option<int[]> _epochs;
    private readonly Option<int> _trainingSamples;
    private readonly Option<int> _shift;
    private readonly Option<bool> _flip;
    private readonly Option<double> _rate;
    private readonly Option<int> _adc;

    public StripsCommand()
        : base("strips", "search", "Strips of several widths against whole layers of one width, at equal cells.")
    {
        _network.AcceptOnlyFromAmong(ImageNetworks.Names);
        Arguments.Add(_network);
        _hardware = Add("--hardware", "isaac", "The hardware profile.");
        _units = AddList("--units", "strip,layer", "What has a width.", "strip", "layer");
        _widths = Add("--widths", "", "Widths of units, for example 8,6,4,2; default: all useful ones and 0.");
        _shares = AddList<string>("--shares", "0.5,0.7", "Shares of the cells of uniform 8-bit weights to save.");
        _seeds = AddList<int>("--seeds", "0", "The seeds.");
        _samples = Add("--samples", 512, "Calibration samples.");
        _epochs = AddList<int>("--epochs", "0", "Lengths of training to compare, for example 0,10.");
        _trainingSamples = Add("--training-samples", 10000, "Training images: the first of the training files.");
        _shift = Add("--shift", 0, "Training images are shifted by up to so many pixels.");
        _flip = Add("--flip", false, "Half of the training images are mirrored.");
        _rate = Add("--rate", 0.01, "Learning rate.");
        _adc = Add("--adc", 0, "Test images at fidelity adc.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ImageNetwork network = ImageNetworks.Of(parsed.GetRequiredValue(_network), run.Repository);
        string hardware = parsed.GetValue(_hardware)!;
        object[] test = ["--data", network.Test, .. network.Preprocessing];
        int arrays = (await run.Cim.CostAsync([network.Model, "--hardware", hardware], cancellation)).Arrays;
        CostReport eight = await run.Cim.CostAsync([network.Model, "--hardware", hardware, "--copies-within", arrays], cancellation);
        double original = (await run.Cim.EvaluateAsync([network.Model, .. test], cancellation)).Accuracy;
        ResultReport report = run.Report($"strips-{network.Name}-{hardware}");
        report.Line(Invariant($"{network.Name} on {hardware}: float {100 * original:F2} %, uniform 8 bits {eight.Cells} cells, ")
            + Invariant($"{eight.Arrays} arrays, {eight.LatencyNs / 1e6:F3} ms, {eight.EnergyPj / 1e6:F2} uJ"));
        report.Line();
        report.Head(
            "unit", "share", "epochs", "seed", "cells saved", "energy saved", "latency saved, copies in as many arrays", "accuracy",
            "loss", "adc");
        using var folder = new TemporaryFolder();
        string training = network.Training.Write(
            Selection.First(network.Training.Count, parsed.GetValue(_trainingSamples)), folder.Path), compiled = folder.File("net.cim");
        object[] shared =
        [
            "--hardware", hardware, "--calibration", training, "--calibration-samples", parsed.GetValue(_samples),
            .. network.Preprocessing, "--copies-within", eight.Arrays,
            .. parsed.GetValue(_widths) is { Length: > 0 } widths ? new object[] { "--strip-widths", widths } : [],
        ];
        foreach ((string share, string unit, int epochs, int seed) in Cases(parsed))
        {
            CostFigures cost = (await run.Cim.CompileAsync(
                [network.Model, "-o", compiled, .. shared, "--strips", share, "--strip-unit", unit, "--seed", seed,
                    .. epochs > 0 ? TrainingOptions(parsed, training, epochs) : []], cancellation)).Cost;
            double accuracy = (await run.Cim.EvaluateAsync([compiled, .. test], cancellation)).Accuracy;
            EvalReport? adc = parsed.GetValue(_adc) is > 0 and int limit
                ? await run.Cim.EvaluateAsync([compiled, .. test, "--fidelity", "adc", "--limit", limit], cancellation)
                : null;
            report.Row(
                unit, share, Invariant($"{epochs}"), Invariant($"{seed}"), Saved(cost.Cells, eight.Cells),
                Saved(cost.EnergyPj, eight.EnergyPj), Saved(cost.LatencyNs, eight.LatencyNs), Invariant($"{100 * accuracy:F2} %"),
                Invariant($"{100 * (original - accuracy):F2}"),
                adc is null ? "-" : Invariant($"{100 * adc.Accuracy:F2} %"));
        }
    }

    private IEnumerable<(string Share, string Unit, int Epochs, int Seed)> Cases(ParseResult parsed) =>
        from share in parsed.GetValue(_shares)!
        from unit in parsed.GetValue(_units)!
        from epochs in parsed.GetValue(_epochs)!
        from seed in parsed.GetValue(_seeds)!
        select (share, unit, epochs, seed);

    private object[] TrainingOptions(ParseResult parsed, string training, int epochs) =>
    [
        "--training", training, "--epochs", epochs, "--learning-rate", parsed.GetValue(_rate),
        .. parsed.GetValue(_shift) is > 0 and int shift ? new object[] { "--training-shift", shift } : [],
        .. parsed.GetValue(_flip) ? new object[] { "--training-flip" } : [],
    ];

    private static string Saved(double cost, double of) => Invariant($"{100 * (1 - (cost / of)):F1} %");
}
