using System.Collections.Immutable;

namespace Cim.Compiler.Search.Space;

/// <summary>
/// An additive estimate of what a policy does to the network's output: one number, zero or more, for each layer and choice of a
/// <see cref="LayerCostTable"/>. Measured by <see cref="MeasuredSensitivity"/>.
/// </summary>
internal sealed class LossTable
{
    private readonly ImmutableArray<double> _losses; // [layer, choice]
    private readonly int _choices;

    /// <param name="losses">[layer, choice], none negative or not a number.</param>
    /// <param name="choices">Choices of a layer.</param>
    public LossTable(ImmutableArray<double> losses, int choices)
    {
        foreach (double loss in losses)
            if (!(loss >= 0)) throw new ArgumentException($"A loss is {loss}; it must be zero or more.", nameof(losses));
        (_losses, _choices) = (losses, choices);
    }

    public double this[int layer, int choice] => _losses[(layer * _choices) + choice];

    /// <summary>Every loss times a factor.</summary>
    public LossTable Times(double factor) => new([.. _losses.Select(l => l * factor)], _choices);

    /// <summary>The losses of two tables of the same layers and choices, added up.</summary>
    public static LossTable Sum(LossTable a, LossTable b) => new([.. a._losses.Zip(b._losses, (x, y) => x + y)], a._choices);

    /// <summary>The estimate for a policy: one choice a layer.</summary>
    public double Total(ReadOnlySpan<int> policy)
    {
        double sum = 0;
        for (int l = 0; l < policy.Length; l++) sum += this[l, policy[l]];
        return sum;
    }
}
