using Cim.Training.Engine;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;

namespace Cim.Training.Reinforcement;

/// <summary>Settings of a <see cref="PolicyAgent"/>.</summary>
public sealed record PolicyAgentOptions
{
    /// <summary>Numbers that describe a state.</summary>
    public required int Features { get; init; }

    /// <summary>Actions of a state, at most.</summary>
    public required int Actions { get; init; }

    /// <summary>States of one call of <see cref="PolicyAgent.Act"/>, at most.</summary>
    public required int ActRows { get; init; }

    /// <summary>Rows of one call of <see cref="PolicyAgent.Learn"/>.</summary>
    public required int LearnRows { get; init; }

    /// <summary>Width of both hidden layers.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Weight of the entropy.</summary>
    public double EntropyBonus { get; init; } = 0.01;

    /// <summary>How far a probability may move from the one it was sampled with before its gradient stops.</summary>
    public double Clip { get; init; } = 0.2;

    /// <summary>Of the initial weights.</summary>
    public long Seed { get; init; }
}

/// <summary>
/// A small network that gives a probability to each action of a state, and the state's value; trained by policy gradient
/// (<see cref="ProximalPolicyLoss"/>) through <see cref="IGradientEngine"/>. One thread, so the same calls give the same numbers.
/// </summary>
public sealed class PolicyAgent : IDisposable
{
    private readonly PolicyAgentOptions _options;
    private readonly IGradientEngine _engine;
    private readonly Predictor _predictor;
    private readonly Optimizer _optimizer;
    private readonly OptimizerOptions _optimizerOptions;

    /// <summary>Builds the network with random weights and a nearly uniform policy.</summary>
    public PolicyAgent(PolicyAgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this._options = options;
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build(
            [options.Features], [$"linear {options.Hidden}", "relu", $"linear {options.Hidden}", "relu", $"linear {options.Actions + 1}"]));
        FreshWeights.Initialize(network, options.Seed);
        float[] last = network.Parameters.Last(parameter => parameter.Role == ParameterRole.Weight).Values;
        for (int i = 0; i < last.Length; i++)
            last[i] *= 0.01f;
        _engine = new OrtGradientEngine(
            new GradientRequest(network, new ProximalPolicyLoss(options.Clip, options.EntropyBonus), options.LearnRows) { Parts = 1 });
        _predictor = new Predictor(network, options.ActRows, parts: 1);
        _optimizerOptions = new OptimizerOptions
        {
            Kind = OptimizerKind.AdamW,
            LearningRate = options.LearningRate,
            WeightDecay = 1e-4,
            ClipNorm = 1,
        };
        _optimizer = new Optimizer(_engine.Parameters, _optimizerOptions);
    }

    /// <summary>Logits of every action, then the value: [rows, actions + 1].</summary>
    /// <param name="states">[rows, features].</param>
    /// <param name="rows">The number of states.</param>
    public float[] Act(ReadOnlySpan<float> states, int rows) => _predictor.Predict(states, rows);

    /// <summary>One gradient step.</summary>
    /// <returns>The loss before it.</returns>
    public float Learn(PolicyBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        float loss = _engine.Run(batch.Inputs);
        _optimizer.Step(_engine.Gradients, _optimizerOptions.LearningRate);
        return loss;
    }

    /// <summary>An empty batch of the right size.</summary>
    public PolicyBatch NewBatch() => new(_options.LearnRows, _options.Features, _options.Actions);

    /// <inheritdoc/>
    public void Dispose()
    {
        _engine.Dispose();
        _predictor.Dispose();
    }
}
