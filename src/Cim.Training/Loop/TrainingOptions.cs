using Cim.Training.Data;
using Cim.Training.Optimization;

namespace Cim.Training.Loop;

/// <summary>Everything that decides how a network is trained. Same options, data and seed give the same bytes, on any number of
/// processors.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training data.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Samples of one update.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Seeds order, augmentation and mixing.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The update rule.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Epochs of linear warm-up; may be a fraction.</summary>
    public double WarmUpEpochs { get; init; } = 0.5;

    /// <summary>Random changes of samples.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Probability mass spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Alpha of mixup; 0 = none.</summary>
    public double Mixup { get; init; }

    /// <summary>Weight of the teacher's divergence against the labels', 0 to 1; needs a teacher.</summary>
    public double DistillationWeight { get; init; }

    /// <summary>Temperature of the distillation.</summary>
    public double DistillationTemperature { get; init; } = 2;

    /// <summary>Decay of the running average of weights that is evaluated and kept; 0 = the weights themselves.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Stop after this many epochs without a better validation result; 0 = never.</summary>
    public int Patience { get; init; }

    /// <summary>Whether batch normalization uses the statistics of the batch; false = fixed.</summary>
    public bool BatchStatistics { get; init; } = true;

    /// <summary>Whether the network as it was at the start is kept if no epoch is better on the validation samples.</summary>
    public bool KeepsStart { get; init; }

    /// <summary>
    /// Whether an epoch is also retained that is within one standard error of the best score so far. The learning rate falls to zero, so
    /// later epochs are better except by chance, and on a few hundred validation samples chance decides.
    /// </summary>
    public bool KeepsLatest { get; init; }

    /// <summary>File for checkpoints after every epoch; an existing one is resumed. Null = none.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>What a training depends on that its options do not say, for example a hash of its data; a checkpoint of another is
    /// refused.</summary>
    public string CheckpointTag { get; init; } = "";
}

/// <summary>What a running training reports.</summary>
/// <param name="Epoch">Epoch, counted from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Batch">Batches done in this epoch.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="Accuracy">Validation accuracy at the end of an epoch, 0 to 1, else null.</param>
/// <param name="Remaining">Estimated time to the end.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, int Batch, int Batches, double Loss, double? Accuracy, TimeSpan Remaining);

/// <summary>The result of a training. The network holds the best values.</summary>
/// <param name="Epochs">Epochs done.</param>
/// <param name="BestEpoch">The epoch the kept values come from, counted from 1; 0 = the values before training.</param>
/// <param name="BestScore">Validation accuracy of the kept values, or minus the loss where there are no labels.</param>
/// <param name="Losses">Mean training loss of each epoch.</param>
/// <param name="Scores">Validation score of each epoch.</param>
/// <param name="WasCancelled">Whether it was stopped from outside.</param>
public sealed record TrainingResult(
    int Epochs, int BestEpoch, double BestScore, IReadOnlyList<double> Losses, IReadOnlyList<double> Scores, bool WasCancelled);
