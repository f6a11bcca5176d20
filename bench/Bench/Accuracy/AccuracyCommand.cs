using System.CommandLine;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Accuracy;

/// <summary><c>bench accuracy</c>: how much accuracy post-training quantization costs.</summary>
internal sealed class AccuracyCommand : BenchCommand
{
    private readonly Option<string[]> _networks;

    public AccuracyCommand()
        : base("accuracy", "accuracy", "How accurate are networks after post-training quantization, beside the targets of the tests?")
    {
        _networks = AddList("--networks", string.Join(',', AccuracyCases.Names), "The networks.", AccuracyCases.Names);
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Report("accuracy");
        report.Head("network", "bits", "at", "float", "compiled", "correct", "target", "", "images/s", "s to compile");
        var compiled = new Dictionary<string, CompileReport>(StringComparer.Ordinal);
        bool isMissed = false;
        foreach (string network in parsed.GetValue(_networks)!)
            foreach (AccuracyCase one in AccuracyCases.Of(network, run))
                isMissed |= !await MeasureAsync(one, run, compiled, report, cancellation);
        if (isMissed) throw new BenchException("A network has fewer correct images than its target.");
    }

    /// <summary>Adds a row; false if the target is missed.</summary>
    private static async Task<bool> MeasureAsync(
        AccuracyCase one, BenchRun run, Dictionary<string, CompileReport> compiled, ResultReport report, CancellationToken cancellation)
    {
        string file = Path.Combine(
            run.Artifacts, $"{Path.GetFileNameWithoutExtension(one.Model)}-w{one.WeightBits}a{one.ActivationBits}.cim");
        if (!compiled.TryGetValue(file, out CompileReport? made))
            compiled[file] = made = await run.Cim.CompileAsync(
                [one.Model, "-o", file, "--calibration", one.Calibration, "--evaluation", one.Evaluation, "--weight-bits", one.WeightBits,
                    "--activation-bits", one.ActivationBits, .. one.Preprocessing], cancellation);
        EvalReport result = await run.Cim.EvaluateAsync(
            [file, "--data", one.Evaluation, "--fidelity", one.Fidelity, .. one.Preprocessing], cancellation);
        bool isReached = result.Correct >= one.Target;
        report.Row(
            one.Network, $"w{one.WeightBits}a{one.ActivationBits}", one.Fidelity, Percent(made.AccuracyFloat), Percent(result.Accuracy),
            string.Create(CultureInfo.InvariantCulture, $"{result.Correct} / {result.Samples}"),
            one.Target.ToString(CultureInfo.InvariantCulture), isReached ? "ok" : "MISSED",
            string.Create(CultureInfo.InvariantCulture, $"{result.ImagesPerSecond:F0}"),
            string.Create(CultureInfo.InvariantCulture, $"{made.Seconds:F1}"));
        return isReached;
    }

    private static string Percent(double? fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:F2} %");
}
