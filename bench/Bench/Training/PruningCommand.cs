using System.CommandLine;
using System.Diagnostics;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Pruning;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary><c>bench training prune</c>: progressive pruning of ResNet-20 on 7,728 images with distillation, tested on 932.</summary>
internal sealed class PruningCommand : BenchCommand
{
    private readonly Option<PruningGranularity> _granularity;
    private readonly Option<PruningScore> _score;
    private readonly Option<double> _target;
    private readonly Option<int> _steps;
    private readonly Option<int> _epochs;
    private readonly Option<int> _finalEpochs;
    private readonly Option<int> _samples;
    private readonly Option<bool> _isUncompensated;
    private readonly Option<int> _columnsPerOutput;
    private readonly Option<double> _mixup;
    private readonly Option<double> _average;
    private readonly Option<double> _teacher;
    private readonly Option<double> _rate;
    private readonly Option<long> _seed;

    public PruningCommand()
        : base("prune", "training", "Progressive pruning with distillation.")
    {
        _granularity = Add("--granularity", PruningGranularity.ArrayRow, "What is pruned as a whole.");
        _score = Add("--score", PruningScore.Fisher, "What decides.");
        _target = Add("--target", 0.3, "The share to prune.");
        _steps = Add("--steps", 4, "Steps to the target.");
        _epochs = Add("--epochs", 1, "Epochs after a step.");
        _finalEpochs = Add("--final-epochs", 2, "Epochs at the end.");
        _samples = Add("--samples", 512, "Samples behind the scores.");
        _isUncompensated = Add("--no-compensation", false, "Weights that stay do not compensate for those that go.");
        _columnsPerOutput = Add("--columns-per-output", 2, "Columns of an array that an output takes.");
        _mixup = Add("--mixup", 0.0, "Mixing of images.");
        _average = Add("--average", 0.0, "Decay of the average over weights.");
        _teacher = Add("--teacher", 0.9, "Weight of the float network's predictions.");
        _rate = Add("--rate", 0.01, "Learning rate.");
        _seed = Add("--seed", 1L, "The seed.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        TrainableNetwork teacher = BatchNormalizationFolding.Apply(Cifar.ResNet20(run)), network = teacher.Clone();
        SampleSet test = Cifar.Test(run);
        using var predictor = new Predictor(network);
        PruningOptions options = ReadOptions(parsed);
        ResultReport report = run.Report(Invariant($"prune-{options.Granularity}-{options.Target}"));
        report.Line(Invariant($"- float: {predictor.CountCorrect(test, cancellation)}/{test.Count}"));
        var clock = Stopwatch.StartNew();
        var pruner = new Pruner(network, Cifar.Training(run), options) { Teacher = teacher, Training = new EpochLines(report) };
        PruningReport result = await pruner.RunAsync(new Steps(value => report.Line(
            Invariant($"- step {value.Step}: zeros {100 * value.Report.Sparsity:F1} %, arrays freed ")
                + Invariant($"{100 * value.Report.FreedArrays:F1} %, {predictor.CountCorrect(test, cancellation)}/{test.Count}, ")
                + Invariant($"{clock.Elapsed.TotalMinutes:F1} min"))), cancellation);
        report.Line();
        report.Head("layer", "zeros", "arrays before", "after");
        foreach (LayerPruning layer in result.Layers)
            report.Row(
                layer.Name, Invariant($"{100.0 * layer.Zeros / layer.Weights:F1} %"), Invariant($"{layer.ArraysBefore}"),
                Invariant($"{layer.ArraysAfter}"));
    }

    private PruningOptions ReadOptions(ParseResult parsed) => new()
    {
        Granularity = parsed.GetValue(_granularity), Score = parsed.GetValue(_score), Target = parsed.GetValue(_target),
        Steps = parsed.GetValue(_steps), FinalEpochs = parsed.GetValue(_finalEpochs), ScoreSamples = parsed.GetValue(_samples),
        Compensates = !parsed.GetValue(_isUncompensated), Geometry = new ArrayGeometry(32, 32, parsed.GetValue(_columnsPerOutput)),
        Retraining = new TrainingOptions
        {
            Epochs = parsed.GetValue(_epochs), BatchStatistics = false, Augmentation = new Augmentation { Shift = 4, Flip = true },
            Mixup = parsed.GetValue(_mixup), AverageDecay = parsed.GetValue(_average), Seed = parsed.GetValue(_seed),
            DistillationWeight = parsed.GetValue(_teacher), DistillationTemperature = 4, WarmUpEpochs = 0.1,
            Optimizer = new OptimizerOptions { LearningRate = parsed.GetValue(_rate), WeightDecay = 1e-4, ClipNorm = 5 },
        },
    };

    private sealed class Steps(Action<(int Step, PruningReport Report)> report) : IProgress<(int Step, PruningReport Report)>
    {
        public void Report((int Step, PruningReport Report) value) => report(value);
    }
}
