using System.Diagnostics;
using System.Globalization;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;

namespace Cim.Training.Bench;

/// <summary>
/// Quantization-aware training of ResNet-20 on 7,728 images with distillation from the float network; the last epoch is kept
/// and tested once on the 932 images.
/// </summary>
internal static class QuantizationAware
{
    public static async Task RunAsync(Arguments arguments)
    {
        int weightBits = arguments.Integer("--weight-bits", 4);
        int activationBits = arguments.Integer("--activation-bits", 4);
        int epochs = arguments.Integer("--epochs", 8);
        double rate = arguments.Real("--rate", 0.01);
        TrainableNetwork network = Cifar.ResNet20();
        SampleSet training = Cifar.Training();
        training = training.Range(0, Math.Min(arguments.Integer("--images", training.Count), training.Count));
        SampleSet test = Cifar.Test();
        var bits = new QuantizationOptions { WeightBits = weightBits, ActivationBits = activationBits };
        QuantizedNetwork quantized = QuantizedNetwork.Create(network, training.Range(0, 512), bits);
        using Predictor predictor = quantized.CreatePredictor();
        Report($"w{weightBits}a{activationBits} (first and last layer 8 bit), steps of least squared error: "
            + $"{predictor.CountCorrect(test)}/{test.Count}");
        var options = new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = 64,
            Seed = arguments.Integer("--seed", 1),
            BatchStatistics = false,
            Augmentation = new Augmentation { Shift = 4, Flip = true },
            Mixup = arguments.Real("--mixup", 0),
            AverageDecay = arguments.Real("--average", 0),
            DistillationWeight = arguments.Real("--teacher", 0.9),
            DistillationTemperature = arguments.Real("--temperature", 4),
            WarmUpEpochs = 0.25,
            Optimizer = new OptimizerOptions
            {
                LearningRate = rate,
                WeightDecay = arguments.Real("--decay", 1e-4),
                StepRate = arguments.Real("--step-rate", 0.1),
                ClipNorm = 5,
            },
            Checkpoint = arguments.Text("--checkpoint", ""),
        };
        var clock = Stopwatch.StartNew();
        foreach (int wider in arguments.Text("--from", "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            quantized.SetWeightBits(bits with { WeightBits = wider });
            TrainingOptions stage = options with
            {
                Epochs = arguments.Integer("--from-epochs", 2),
                Seed = options.Seed + wider,
                Checkpoint = null,
            };
            await new Trainer(quantized.Network, training, null, stage) { Teacher = network }.RunAsync(new EpochLines());
            Report($"w{wider}a{activationBits}: {predictor.CountCorrect(test)}/{test.Count} in {clock.Elapsed.TotalMinutes:F1} min");
        }

        quantized.SetWeightBits(bits);
        var trainer = new Trainer(
            quantized.Network, training, null, options with { Checkpoint = options.Checkpoint!.Length > 0 ? options.Checkpoint : null })
        {
            Teacher = network,
        };
        await trainer.RunAsync(new EpochLines(() => predictor.CountCorrect(test)));
        Report($"w{weightBits}a{activationBits} after {epochs} epochs: {predictor.CountCorrect(test)}/{test.Count} in "
            + $"{clock.Elapsed.TotalMinutes:F1} min");
        HandOver.Run(quantized, predictor, test);
    }

    private static void Report(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}

/// <summary>One line at the end of each epoch.</summary>
internal sealed class EpochLines(Func<int>? correct = null) : IProgress<TrainingProgress>
{
    private int _last;

    public void Report(TrainingProgress value)
    {
        if (value.Batch < value.Batches || value.Epoch == _last)
            return;
        _last = value.Epoch;
        string test = correct is null ? "" : string.Create(CultureInfo.InvariantCulture, $"  test {correct()}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"epoch {value.Epoch}/{value.Epochs}  loss {value.Loss:F4}  {value.Accuracy:P2}{test}  left "
                + $"{value.Remaining:hh\\:mm\\:ss}"));
    }
}
