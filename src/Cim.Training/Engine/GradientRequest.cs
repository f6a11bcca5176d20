using Cim.Training.Losses;
using Cim.Training.Networks;

namespace Cim.Training.Engine;

/// <summary>What a gradient engine is made for.</summary>
/// <param name="Network">The network; its parameters are read at every run.</param>
/// <param name="Objective">The loss.</param>
/// <param name="BatchSize">Samples of one batch.</param>
public sealed record GradientRequest(TrainableNetwork Network, Objective Objective, int BatchSize)
{
    /// <summary>Parameters to differentiate for; null = all.</summary>
    public IReadOnlyList<Parameter>? Trained { get; init; }

    /// <summary>Values of the graph to return besides the logits, for example batch statistics.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Parts an operator is cut into; the last bits of sums depend on it, see <see cref="OperatorParts"/>.</summary>
    public int Parts { get; init; } = OperatorParts.Count;
}
