using System.CommandLine;
using System.Diagnostics;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary>
/// <c>bench training qat</c>: quantization-aware training of ResNet-20 on 7,728 images with distillation from the float network; the
/// last epoch is retained and tested once on the 932 images.
/// </summary>
internal sealed class QuantizationAwareCommand : BenchCommand
{
    private const int CalibrationSamples = 512;

    private readonly Option<int> _weightBits;
    private readonly Option<int> _activationBits;
    private readonly Option<int[]> _from;
    private readonly Option<int> _fromEpochs;
    private readonly Option<int> _epochs;
    private readonly Option<int> _images;
    private readonly Option<double> _rate;
    private readonly Option<double> _decay;
    private readonly Option<double> _stepRate;
    private readonly Option<double> _mixup;
    private readonly Option<double> _average;
    private readonly Option<double> _teacher;
    private readonly Option<double> _temperature;
    private readonly Option<long> _seed;
    private readonly Option<string> _checkpoint;

    public QuantizationAwareCommand()
        : base("qat", "training", "Quantization-aware training with distillation; then the compiled network beside the training graph.")
    {
        _weightBits = Add("--weight-bits", 4, "Bits of a weight.");
        _activationBits = Add("--activation-bits", 4, "Bits of an activation.");
        _from = AddList<int>("--from", "", "Wider weights that are trained before, for example 4,3.");
        _fromEpochs = Add("--from-epochs", 2, "Epochs of each of these.");
        _epochs = Add("--epochs", 8, "Epochs.");
        _images = Add("--images", 0, "Training images: the first ones; 0 for all.");
        _rate = Add("--rate", 0.01, "Learning rate.");
        _decay = Add("--decay", 1e-4, "Weight decay.");
        _stepRate = Add("--step-rate", 0.1, "Learning rate of quantizer steps over that of weights.");
        _mixup = Add("--mixup", 0.0, "Mixing of images.");
        _average = Add("--average", 0.0, "Decay of the average over weights.");
        _teacher = Add("--teacher", 0.9, "Weight of the float network's predictions.");
        _temperature = Add("--temperature", 4.0, "Temperature of these.");
        _seed = Add("--seed", 1L, "The seed.");
        _checkpoint = Add("--checkpoint", "", "A file to stop and go on with.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        TrainableNetwork network = Cifar.ResNet20(run);
        SampleSet training = Cifar.Training(run), test = Cifar.Test(run);
        if (parsed.GetValue(_images) is > 0 and int images) training = training.Range(0, Math.Min(images, training.Count));
        var bits = new QuantizationOptions
        {
            WeightBits = parsed.GetValue(_weightBits), ActivationBits = parsed.GetValue(_activationBits),
        };
        QuantizedNetwork quantized = QuantizedNetwork.Create(
            network, training.Range(0, Math.Min(CalibrationSamples, training.Count)), bits, cancellation);
        using Predictor predictor = quantized.CreatePredictor();
        string label = $"w{bits.WeightBits}a{bits.ActivationBits}";
        ResultReport report = run.Report($"qat-{label}");
        report.Line($"- {label} (first and last layer 8 bit), steps of least squared error: {Correct()}");
        TrainingOptions options = ReadOptions(parsed);
        var clock = Stopwatch.StartNew();
        foreach (int wider in parsed.GetValue(_from)!)
        {
            quantized.SetWeightBits(bits with { WeightBits = wider });
            TrainingOptions stage = options with
            {
                Epochs = parsed.GetValue(_fromEpochs), Seed = options.Seed + wider, Checkpoint = null,
            };
            await new Trainer(quantized.Network, training, null, stage) { Teacher = network }
                .RunAsync(new EpochLines(report), cancellation);
            report.Line(Invariant($"- w{wider}a{bits.ActivationBits}: {Correct()} in {clock.Elapsed.TotalMinutes:F1} min"));
        }

        quantized.SetWeightBits(bits);
        await new Trainer(quantized.Network, training, null, options) { Teacher = network }
            .RunAsync(new EpochLines(report, () => predictor.CountCorrect(test, cancellation)), cancellation);
        report.Line(Invariant($"- {label} after {options.Epochs} epochs: {Correct()} in {clock.Elapsed.TotalMinutes:F1} min"));
        HandOver.Run(quantized, predictor, test, report);

        string Correct() => Invariant($"{predictor.CountCorrect(test, cancellation)}/{test.Count}");
    }

    private TrainingOptions ReadOptions(ParseResult parsed) => new()
    {
        Epochs = parsed.GetValue(_epochs), BatchSize = 64, Seed = parsed.GetValue(_seed), BatchStatistics = false,
        Augmentation = new Augmentation { Shift = 4, Flip = true }, Mixup = parsed.GetValue(_mixup),
        AverageDecay = parsed.GetValue(_average), DistillationWeight = parsed.GetValue(_teacher),
        DistillationTemperature = parsed.GetValue(_temperature), WarmUpEpochs = 0.25,
        Optimizer = new OptimizerOptions
        {
            LearningRate = parsed.GetValue(_rate), WeightDecay = parsed.GetValue(_decay), StepRate = parsed.GetValue(_stepRate),
            ClipNorm = 5,
        },
        Checkpoint = parsed.GetValue(_checkpoint) is { Length: > 0 } path ? path : null,
    };
}
