using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Optimization;

namespace Cim.Training.Loop;

/// <summary>What the steps of a training are made of.</summary>
internal sealed record TrainingSetup
{
    /// <summary>The network; its parameters and controls change in place.</summary>
    public required TrainableNetwork Network { get; init; }

    /// <summary>The loss.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Batch size, augmentation, seed.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Training samples.</summary>
    public required SampleSet Samples { get; init; }

    /// <summary>The update rule and its state.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>The running average of parameters.</summary>
    public required WeightAverage Average { get; init; }

    /// <summary>The float network to follow, or null.</summary>
    public TrainableNetwork? Teacher { get; init; }

    /// <summary>The network with batch statistics in place of fixed ones, or null.</summary>
    public BatchStatistics? Statistics { get; init; }

    /// <summary>Called before every batch with its number from the start; may change controls.</summary>
    public Action<int>? BeforeBatch { get; init; }

    /// <summary>Layers whose weights are made of shared columns.</summary>
    public IReadOnlyList<SharedColumnWeights> SharedColumns { get; init; } = [];

    /// <summary>The learning rate of every step, where an epoch has <paramref name="batches"/>.</summary>
    public LearningRateSchedule Schedule(int batches) => new(
        Options.Optimizer.LearningRate, (int)(Options.WarmUpEpochs * batches), Options.Epochs * batches);

    /// <summary>How samples become batches.</summary>
    public BatchOptions Batches => new()
    {
        BatchSize = Options.BatchSize,
        Seed = Options.Seed,
        Augmentation = Options.Augmentation,
        LabelSmoothing = Options.LabelSmoothing,
        Mixup = Options.Mixup,
    };
}
