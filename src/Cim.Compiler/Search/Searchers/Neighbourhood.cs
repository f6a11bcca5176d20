using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// The policies one or two changes away from another one: a layer takes another choice, or a group other activation bits. Any choice
/// that is offered may be taken; an estimate, which may be wrong, only says which pairs of changes come first.
/// </summary>
/// <param name="problem">What is searched.</param>
/// <param name="learned">What measurements say about the estimate.</param>
internal sealed class Neighbourhood(SearchProblem problem, LearnedLoss learned)
{
    /// <summary>Changes that save, and others, that are paired.</summary>
    private const int MostSaving = 60, MostOthers = 40;

    private readonly PolicySpace _space = problem.Space;
    private readonly Func<CostVector, double> _cost = ProxyWalk.CostOf(problem);

    /// <summary>The neighbours, first those by one change.</summary>
    /// <param name="policy">One choice a layer.</param>
    public IEnumerable<int[]> Of(ImmutableArray<int> policy)
    {
        Change[] changes = [.. Changes(policy)];
        foreach (Change change in changes) yield return Apply(policy, change);
        Change[] saving = [.. changes.Where(c => c.Cost < 0).OrderBy(c => c.Loss / -c.Cost).Take(MostSaving)];
        Change[] paired = [.. saving, .. changes.Where(c => c.Cost > 0 && c.Loss < 0).OrderBy(c => c.Loss / c.Cost).Take(MostOthers)];
        foreach (Change first in saving)
            foreach (Change second in paired)
                if (second.Group != first.Group && first.Cost + second.Cost < 0 && (second.Cost > 0 || second.Group > first.Group))
                    yield return Apply(policy, first, second);
    }

    private IEnumerable<Change> Changes(ImmutableArray<int> policy)
    {
        ImmutableArray<LayerBits> choices = _space.Costs.Choices;
        for (int g = 0; g < _space.ActivationGroups.Length; g++)
        {
            ImmutableArray<int> group = _space.ActivationGroups[g];
            int bits = choices[policy[group[0]]].ActivationBits;
            foreach (int l in group)
                foreach (int c in _space.Choices[l])
                    if (c != policy[l] && (group.Length == 1 || choices[c].ActivationBits == bits))
                        yield return Of(policy, g, [(l, c)]);
            if (group.Length > 1)
                foreach (int a in _space.ActivationBitsOf(group))
                    if (a != bits)
                        yield return Of(policy, g, [.. group.Select(l => (l, Nearest(l, choices[policy[l]] with { ActivationBits = a })))]);
        }
    }

    private Change Of(ImmutableArray<int> policy, int group, ImmutableArray<(int Layer, int Choice)> layers)
    {
        (double cost, double loss) = (0, 0);
        foreach ((int l, int c) in layers)
        {
            cost += _cost(_space.Costs[l, c]) - _cost(_space.Costs[l, policy[l]]);
            loss += learned.Surrogate.Share(group, problem.Proxy[l, c]) - learned.Surrogate.Share(group, problem.Proxy[l, policy[l]]);
        }

        return new Change(group, layers, cost, loss);
    }

    /// <summary>The cheapest choice with these activation bits that is as wide everywhere else, or else the widest.</summary>
    private int Nearest(int layer, LayerBits wanted)
    {
        ImmutableArray<LayerBits> choices = _space.Costs.Choices;
        int[] offered = [.. _space.Choices[layer].Where(c => choices[c].ActivationBits == wanted.ActivationBits)];
        return offered.Where(c => choices[c].IsAtLeast(wanted)).OrderBy(c => _cost(_space.Costs[layer, c]))
            .Append(offered.MaxBy(c => choices[c].WeightBits)).First();
    }

    private static int[] Apply(ImmutableArray<int> policy, params ReadOnlySpan<Change> changes)
    {
        int[] changed = [.. policy];
        foreach (Change change in changes)
            foreach ((int l, int c) in change.Layers) changed[l] = c;
        return changed;
    }

    /// <summary>Other choices for layers of a group; what they cost and are expected to lose more than before.</summary>
    private sealed record Change(int Group, ImmutableArray<(int Layer, int Choice)> Layers, double Cost, double Loss);
}
