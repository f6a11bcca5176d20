using System.Diagnostics;
using System.Globalization;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Pruning;

namespace Cim.Training.Bench;

/// <summary>Progressive pruning of ResNet-20 on 7,728 images with distillation, tested on 932.</summary>
internal static class ProgressivePruning
{
    public static async Task RunAsync(Arguments arguments)
    {
        TrainableNetwork teacher = BatchNormalizationFolding.Apply(Cifar.ResNet20());
        TrainableNetwork network = teacher.Clone();
        SampleSet training = Cifar.Training();
        SampleSet test = Cifar.Test();
        using var predictor = new Predictor(network);
        var options = new PruningOptions
        {
            Granularity = Enum.Parse<PruningGranularity>(arguments.Text("--granularity", nameof(PruningGranularity.ArrayRow))),
            Score = Enum.Parse<PruningScore>(arguments.Text("--score", nameof(PruningScore.Fisher))),
            Target = arguments.Real("--target", 0.3),
            Steps = arguments.Integer("--steps", 4),
            FinalEpochs = arguments.Integer("--final-epochs", 2),
            ScoreSamples = arguments.Integer("--samples", 512),
            Compensates = arguments.Integer("--compensate", 1) != 0,
            Geometry = new ArrayGeometry(32, 32, arguments.Integer("--columns-per-output", 2)),
            Retraining = new TrainingOptions
            {
                Epochs = arguments.Integer("--epochs", 1),
                BatchStatistics = false,
                Augmentation = new Augmentation { Shift = 4, Flip = true },
                Mixup = arguments.Real("--mixup", 0),
                AverageDecay = arguments.Real("--average", 0),
                Seed = arguments.Integer("--seed", 1),
                DistillationWeight = arguments.Real("--teacher", 0.9),
                DistillationTemperature = 4,
                WarmUpEpochs = 0.1,
                Optimizer = new OptimizerOptions { LearningRate = arguments.Real("--rate", 0.01), WeightDecay = 1e-4, ClipNorm = 5 },
            },
        };
        Report($"float: {predictor.CountCorrect(test)}/{test.Count}");
        var clock = Stopwatch.StartNew();
        var pruner = new Pruner(network, training, options) { Teacher = teacher, Training = new EpochLines() };
        PruningReport report = await pruner.RunAsync(new Steps(predictor, test, clock));
        foreach (LayerPruning layer in report.Layers)
            Report($"  {layer.Name,-28} zeros {100.0 * layer.Zeros / layer.Weights,5:F1} %  arrays {layer.ArraysBefore} -> "
                + $"{layer.ArraysAfter}");
    }

    private static void Report(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class Steps(Predictor predictor, SampleSet test, Stopwatch clock) : IProgress<(int Step, PruningReport Report)>
    {
        public void Report((int Step, PruningReport Report) value) => ProgressivePruning.Report(
            $"step {value.Step}: zeros {100 * value.Report.Sparsity:F1} %  arrays freed {100 * value.Report.FreedArrays:F1} %  "
                + $"{predictor.CountCorrect(test)}/{test.Count}  {clock.Elapsed.TotalMinutes:F1} min");
    }
}
