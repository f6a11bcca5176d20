using Cim.Training.Loop;

namespace Cim.Training.Pruning;

/// <summary>What is removed as a whole.</summary>
public enum PruningGranularity
{
    /// <summary>A single weight; saves no array by itself.</summary>
    Weight,

    /// <summary>A strip-weight: one output's weights at one kernel position.</summary>
    Strip,

    /// <summary>A word line of one block of columns; rows that are left move together and whole arrays are freed.</summary>
    ArrayRow,

    /// <summary>An output's weights in one block of rows; columns that are left move together and whole arrays are freed.</summary>
    ArrayColumn,

    /// <summary>A whole output.</summary>
    Filter,

    /// <summary>All weights on one array, which is then left out where it stands.</summary>
    Array,
}

/// <summary>How the loss of removing a weight is estimated from gradients g on samples.</summary>
internal enum PruningScore
{
    /// <summary>|w mean(g)|, first order (Molchanov et al., arXiv 1611.06440).</summary>
    GradientTimesWeight,

    /// <summary>mean((sum of w g)^2) / 2 over a unit, second order with the Fisher information for the Hessian (Theis et al., arXiv
    /// 1801.05787).</summary>
    Fisher,

    /// <summary>w^2, for comparison.</summary>
    Magnitude,
}

/// <summary>How a network is pruned.</summary>
internal sealed record PruningOptions
{
    /// <summary>What is removed as a whole.</summary>
    public PruningGranularity Granularity { get; init; } = PruningGranularity.ArrayRow;

    /// <summary>How importance is estimated.</summary>
    public PruningScore Score { get; init; } = PruningScore.Fisher;

    /// <summary>Fraction to remove: of arrays for array rows and columns, of weights otherwise.</summary>
    public double Target { get; init; } = 0.3;

    /// <summary>Steps in which the target is reached, with training after each; the fraction follows 1 - (1 - t)^3.</summary>
    public int Steps { get; init; } = 4;

    /// <summary>Training samples that scores and <see cref="Compensates"/> look at.</summary>
    public int ScoreSamples { get; init; } = 512;

    /// <summary>Whether the weights left of a layer change so that its output stays near what it was; see docs/training.md.</summary>
    public bool Compensates { get; init; } = true;

    /// <summary>Geometry of arrays.</summary>
    public ArrayGeometry Geometry { get; init; } = new(32, 32, 2);

    /// <summary>Training after each step; <see cref="TrainingOptions.Epochs"/> are those of one step.</summary>
    public TrainingOptions Retraining { get; init; } = new() { Epochs = 1, BatchStatistics = false };

    /// <summary>Epochs after the last step instead of those of the others.</summary>
    public int FinalEpochs { get; init; } = 3;
}

/// <summary>Arrays and weights of one layer.</summary>
/// <param name="Name">The weight tensor.</param>
/// <param name="Weights">Weights in all.</param>
/// <param name="Zeros">Weights removed.</param>
/// <param name="ArraysBefore">Arrays of the dense layer.</param>
/// <param name="ArraysAfter">Arrays after moving together what is left.</param>
public sealed record LayerPruning(string Name, int Weights, int Zeros, int ArraysBefore, int ArraysAfter);

/// <summary>What pruning saved.</summary>
/// <param name="Layers">Each layer.</param>
public sealed record PruningReport(IReadOnlyList<LayerPruning> Layers)
{
    /// <summary>Whether it was cancelled before the last step was done.</summary>
    public bool WasCancelled { get; init; }

    /// <summary>Fraction of weights that are zero.</summary>
    public double Sparsity => Layers.Sum(layer => (double)layer.Zeros) / Layers.Sum(layer => layer.Weights);

    /// <summary>Fraction of arrays freed.</summary>
    public double FreedArrays => 1 - (Layers.Sum(layer => (double)layer.ArraysAfter) / Layers.Sum(layer => layer.ArraysBefore));
}
