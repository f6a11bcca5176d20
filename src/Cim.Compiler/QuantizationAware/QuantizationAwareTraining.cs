using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Google.Protobuf;

namespace Cim.Compiler.QuantizationAware;

/// <summary>How a compilation trains.</summary>
/// <param name="Epochs">Passes over the training samples.</param>
/// <param name="LearningRate">Of the first update after warm-up; it falls to nothing.</param>
/// <param name="Seed">Of the order of samples.</param>
/// <param name="Checkpoint">File that holds a training that is stopped; null = none.</param>
/// <param name="CheckpointTag">What the training depends on besides its own options: a checkpoint of anything else is not resumed.</param>
/// <param name="Engine">What runs the arithmetic.</param>
/// <param name="Noise">Errors of the weights on their cells, drawn anew for every batch; null = none.</param>
internal sealed record QuantizationAwareOptions(
    int Epochs, double LearningRate, ulong Seed, string? Checkpoint, string CheckpointTag, TrainingEngine Engine,
    HardwareNoise? Noise = null)
{
    /// <summary>Passes that recover most of what a few bits lose.</summary>
    public const int DefaultEpochs = 5;

    /// <summary>What networks of few bits learn most with; too much for deep ones that are good already.</summary>
    public const double DefaultLearningRate = 0.01;
}

/// <summary>A network trained with its quantizers.</summary>
/// <param name="Graph">The network with explicit quantizers.</param>
/// <param name="Score">The share of the hold-out set it classifies right (without labels: as the float network does); null if there is
/// none.</param>
internal sealed record TrainedNetwork(Graph Graph, double? Score);

/// <summary>
/// Trains a network with the quantizers of a policy in its forward pass, after the float network (its outputs) and after labels
/// where there are some, and returns it with those quantizers. It starts from the network rounding made; the latest epoch that the
/// hold-out set does not show to be worse than another is retained, or the start if it shows all to be worse.
/// </summary>
internal sealed class QuantizationAwareTraining(QuantizationAwareOptions options, IProgress<string>? progress)
{
    private const int BatchSize = 64;

    /// <summary>Samples behind the steps of tensors rounding did not quantize.</summary>
    public const int StepSamples = 512;

    /// <summary>How all networks are trained that have quantizers: close to the float network, at a small rate.</summary>
    public static TrainingOptions Loop(int epochs, double learningRate, ulong seed, TrainingData data) => new()
    {
        Epochs = epochs,
        BatchSize = Math.Min(BatchSize, data.Samples.Count),
        Augmentation = data.Augmentation,
        Seed = (long)(seed & long.MaxValue),
        BatchStatistics = false,
        KeepsStart = true,
        KeepsLatest = true,
        DistillationWeight = 0.9,
        DistillationTemperature = 4,
        WarmUpEpochs = 0.25,
        Optimizer = new OptimizerOptions { LearningRate = learningRate, WeightDecay = 1e-4, StepRate = 0.1, ClipNorm = 5 },
    };

    /// <summary>Trains.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="data">Samples, with labels or without.</param>
    /// <param name="cancellation">Stops between batches; a checkpoint holds what was reached.</param>
    /// <exception cref="CimException">CIM0040, CIM0042: no gradient for an operator, or the loss is not finite.</exception>
    public async Task<TrainedNetwork> RunAsync(TrainingStart start, TrainingData data, CancellationToken cancellation)
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(OnnxExporter.Export(start.Float));
        if (data.Validation is { Labels: null } unlabelled) data = data with { Validation = LabelledBy(network, unlabelled, cancellation) };
        QuantizedNetwork quantized = StartingPoint.Of(
            start, TrainingSamples.Some(data.Samples, StepSamples), options.Noise, cancellation);
        TrainingResult result = await TrainAsync(
            network, quantized, SharedColumnStart.Of(quantized, start.Rounded, start.Policy), data, cancellation);
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(data.Validation is not { } validation
            ? string.Create(CultureInfo.InvariantCulture, $"trained {result.Epochs} epochs")
            : string.Create(CultureInfo.InvariantCulture,
                $"trained {result.Epochs} epochs, kept epoch {result.BestEpoch} with {100 * result.BestScore:F2} % of {validation.Count} "
                + $"samples of the hold-out set"));
        Graph trained = OnnxImporter.Import(QuantizedExport.ToOnnx(quantized).ToByteArray(), null, null, cancellation);
        return new TrainedNetwork(trained, data.Validation is null ? null : result.BestScore);
    }

    private async Task<TrainingResult> TrainAsync(
        TrainableNetwork teacher, QuantizedNetwork quantized, ImmutableArray<SharedColumnWeights> shared, TrainingData data,
        CancellationToken cancellation)
    {
        TrainingOptions loop = Loop(options.Epochs, options.LearningRate, options.Seed, data) with
        {
            Checkpoint = options.Checkpoint,
            CheckpointTag = options.CheckpointTag,
        };
        var trainer = new Trainer(quantized.Network, data.Samples, data.Validation, loop)
        {
            Engine = options.Engine,
            Teacher = teacher,
            SharedColumns = shared,
            BeforeBatch = options.Noise is null ? null : batch => quantized.DrawProgrammingErrors(loop.Seed, batch),
            BeforeValidation = options.Noise is null ? null : quantized.ClearProgrammingErrors,
        };
        var lines = new EpochLines(line => progress?.Report(line));
        try
        {
            return await trainer.RunAsync(lines, cancellation);
        }
        catch (CimException e) when (
            e.Code == ErrorCodes.InvalidCheckpoint && options.Checkpoint is not null && CheckpointFile.CanStandAt(options.Checkpoint))
        {
            // Left by a compilation of other inputs: it belongs to nobody any more.
            CheckpointFile.Delete(options.Checkpoint);
            return await trainer.RunAsync(lines, cancellation);
        }
    }

    /// <summary>Samples labelled with the classes of the float network: how far a quantized one agrees with it.</summary>
    public static SampleSet LabelledBy(TrainableNetwork network, SampleSet samples, CancellationToken cancellation)
    {
        using var predictor = new Predictor(network, BatchSize);
        cancellation.ThrowIfCancellationRequested();
        float[] scores = predictor.Predict(samples);
        int classes = scores.Length / samples.Count;
        int[] labels = [.. Enumerable.Range(0, samples.Count).Select(i => Accuracy.ArgMax(scores.AsSpan(i * classes, classes)))];
        return new SampleSet(samples.Values, samples.Shape, labels);
    }
}
