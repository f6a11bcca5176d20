using System.CommandLine;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Rounding;

/// <summary><c>bench rounding</c>: the kinds of rounding side by side, from unlabelled images, without training.</summary>
internal sealed class RoundingCommand : BenchCommand
{
    private const int CalibrationSamples = 512;

    private static readonly string[] _kinds = ["nearest", "compensated", "learned", "auto"];

    private readonly Argument<string> _network = new("network")
    {
        Description = "The network.", DefaultValueFactory = _ => "resnet20",
    };
    private readonly Option<string[]> _bits;
    private readonly Option<string[]> _roundings;

    public RoundingCommand()
        : base("rounding", "rounding", "Which rounding of weights retains most accuracy, from 512 unlabelled images and without training?")
    {
        _network.AcceptOnlyFromAmong(ImageNetworks.Names);
        Arguments.Add(_network);
        _bits = AddList<string>("--bits", "4:8,4:4,3:8", "Bits as weights:activations.");
        _roundings = AddList("--roundings", string.Join(',', _kinds), "The kinds of rounding.", _kinds);
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ImageNetwork network = ImageNetworks.Of(parsed.GetRequiredValue(_network), run.Repository);
        ResultReport report = run.Report(network.Name);
        report.Head("bits", "rounding", "used", "correct", "s");
        foreach (string bits in parsed.GetValue(_bits)!)
        {
            if (bits.Split(':') is not [string weights, string activations])
                throw new BenchException($"'{bits}' is not of the form weights:activations, for example 4:8.");
            foreach (string rounding in parsed.GetValue(_roundings)!)
            {
                string file = Path.Combine(run.Artifacts, $"{network.Name}-{weights}a{activations}-{rounding}.cim");
                CompileReport made = await run.Cim.CompileAsync(
                    [network.Model, "-o", file, "--calibration", network.Calibration, "--calibration-samples", CalibrationSamples,
                        .. network.Preprocessing, "--weight-bits", weights, "--activation-bits", activations, "--rounding", rounding],
                    cancellation);
                EvalReport result = await run.Cim.EvaluateAsync(
                    [file, "--data", network.Test, .. network.Preprocessing, "--fidelity", "exact"], cancellation);
                report.Row(
                    $"w{weights}a{activations}", rounding, made.Rounding ?? "",
                    string.Create(CultureInfo.InvariantCulture, $"{result.Correct} / {result.Samples}"),
                    string.Create(CultureInfo.InvariantCulture, $"{made.Seconds:F0}"));
            }
        }
    }
}
