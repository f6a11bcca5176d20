namespace Cim.Training.Optimization;

/// <summary>The update rule.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with Nesterov momentum.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).</summary>
    AdamW,
}

/// <summary>Settings of the update rule.</summary>
public sealed record OptimizerOptions
{
    /// <summary>The rule.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Sgd;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Momentum, or Adam's first decay.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Adam's second decay.</summary>
    public double SecondMomentum { get; init; } = 0.999;

    /// <summary>Weight decay of weights; biases, normalization and quantization steps have none.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Learning rate of quantization steps relative to the others.</summary>
    public double StepRate { get; init; } = 1;

    /// <summary>Largest 2-norm of all gradients together; larger ones are scaled down. 0 = no limit.</summary>
    public double ClipNorm { get; init; }
}
