using System.CommandLine;
using System.Diagnostics;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.PostTraining;
using Cim.Training.Quantization;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary><c>bench training ptq</c>: ResNet-20 from 512 unlabelled images: steps, bias correction, learned rounding.</summary>
internal sealed class PostTrainingCommand : BenchCommand
{
    private const int CalibrationSamples = 512;

    private readonly Option<int> _weightBits;
    private readonly Option<int> _activationBits;
    private readonly Option<int> _iterations;

    public PostTrainingCommand()
        : base("ptq", "training", "Quantization from 512 unlabelled images: steps, bias correction, learned rounding.")
    {
        _weightBits = Add("--weight-bits", 4, "Bits of a weight.");
        _activationBits = Add("--activation-bits", 4, "Bits of an activation.");
        _iterations = Add("--iterations", 600, "Iterations of learned rounding.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        var bits = new QuantizationOptions
        {
            WeightBits = parsed.GetValue(_weightBits), ActivationBits = parsed.GetValue(_activationBits),
        };
        SampleSet calibration = Cifar.Training(run).Range(0, CalibrationSamples), test = Cifar.Test(run);
        QuantizedNetwork quantized = QuantizedNetwork.Create(
            BatchNormalizationFolding.Apply(Cifar.ResNet20(run)), calibration, bits, cancellation);
        using Predictor predictor = quantized.CreatePredictor();
        ResultReport report = run.Report($"ptq-w{bits.WeightBits}a{bits.ActivationBits}");
        report.Line(
            Invariant($"- w{bits.WeightBits}a{bits.ActivationBits} steps: {predictor.CountCorrect(test, cancellation)}/{test.Count}"));
        BiasCorrection.Apply(quantized, calibration, cancellation: cancellation);
        report.Line(Invariant($"- bias correction: {predictor.CountCorrect(test, cancellation)}/{test.Count}"));
        var clock = Stopwatch.StartNew();
        var rounding = new LearnedRoundingOptions { Iterations = parsed.GetValue(_iterations) };
        LearnedRounding.Apply(quantized, calibration, rounding, cancellation: cancellation);
        report.Line(Invariant(
            $"- learned rounding: {predictor.CountCorrect(test, cancellation)}/{test.Count} in {clock.Elapsed.TotalMinutes:F1} min"));
        BiasCorrection.Apply(quantized, calibration, cancellation: cancellation);
        report.Line(Invariant($"- bias correction: {predictor.CountCorrect(test, cancellation)}/{test.Count}"));
        return Task.CompletedTask;
    }
}
