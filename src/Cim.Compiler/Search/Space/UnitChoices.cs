using System.Collections.Immutable;

namespace Cim.Compiler.Search.Space;

/// <summary>
/// A policy space as independent units for exact search. A unit is a group of layers that share activation bits; its choices
/// are the combinations of its layers' choices that no other combination beats in both cost and loss.
/// </summary>
internal sealed class UnitChoices
{
    private readonly PolicySpace _space;

    private UnitChoices(PolicySpace space, ImmutableArray<ImmutableArray<UnitChoice>> units) => (_space, Units) = (space, units);

    /// <summary>Choices of each unit, cheapest first, loss strictly falling.</summary>
    public ImmutableArray<ImmutableArray<UnitChoice>> Units { get; }

    /// <param name="space">The space.</param>
    /// <param name="losses">The additive loss.</param>
    /// <param name="cost">The additive cost of a layer's choice.</param>
    public static UnitChoices Of(PolicySpace space, LossTable losses, Func<CostVector, double> cost)
    {
        var units = ImmutableArray.CreateBuilder<ImmutableArray<UnitChoice>>(space.ActivationGroups.Length);
        foreach (ImmutableArray<int> group in space.ActivationGroups)
        {
            var all = new List<UnitChoice>();
            foreach (int a in space.ActivationBitsOf(group))
            {
                List<UnitChoice> partial = [new UnitChoice(0, 0, [])];
                foreach (int l in group)
                {
                    var next = new List<UnitChoice>();
                    foreach (UnitChoice choice in partial)
                        foreach (int c in space.Choices[l])
                            if (space.Costs.Choices[c].ActivationBits == a)
                                next.Add(new UnitChoice(
                                    choice.Cost + cost(space.Costs[l, c]), choice.Loss + losses[l, c], choice.Choices.Add(c)));
                    partial = Front(next);
                }

                all.AddRange(partial);
            }

            units.Add([.. Front(all)]);
        }

        return new UnitChoices(space, units.MoveToImmutable());
    }

    /// <summary>At most so many choices a unit, evenly spread, both ends kept; and besides those of some policies.</summary>
    /// <param name="most">Choices of a unit.</param>
    /// <param name="kept">Policies, one choice a layer, whose choices stay.</param>
    public UnitChoices Thinned(int most, IReadOnlyCollection<ImmutableArray<int>> kept) => new(_space,
    [
        .. Units.Select((unit, u) => unit.Length <= most ? unit
            : [.. Enumerable.Range(0, most).Select(i => (int)Math.Round(i * (unit.Length - 1.0) / (most - 1)))
                .Concat(kept.Select(p => IndexOf(u, p.AsSpan())).Where(i => i >= 0)).Distinct().Order().Select(i => unit[i])]),
    ]);

    /// <summary>The choice of a unit that is part of a policy; -1 if it was beaten by others, or thinned away.</summary>
    /// <param name="unit">Index of the unit.</param>
    /// <param name="policy">One choice a layer.</param>
    public int IndexOf(int unit, ReadOnlySpan<int> policy)
    {
        ImmutableArray<int> group = _space.ActivationGroups[unit];
        for (int i = 0; i < Units[unit].Length; i++)
        {
            bool same = true;
            for (int k = 0; k < group.Length && same; k++) same = Units[unit][i].Choices[k] == policy[group[k]];
            if (same) return i;
        }

        return -1;
    }

    /// <summary>The policy that takes one choice a unit.</summary>
    public int[] Policy(ReadOnlySpan<int> choices)
    {
        int[] policy = new int[_space.Choices.Length];
        for (int u = 0; u < choices.Length; u++)
            for (int i = 0; i < _space.ActivationGroups[u].Length; i++)
                policy[_space.ActivationGroups[u][i]] = Units[u][choices[u]].Choices[i];
        return policy;
    }

    private static List<UnitChoice> Front(List<UnitChoice> choices)
    {
        var front = new List<UnitChoice>();
        foreach (UnitChoice choice in choices.OrderBy(i => i.Cost).ThenBy(i => i.Loss))
            if (front.Count == 0 || choice.Loss < front[^1].Loss) front.Add(choice);
        return front;
    }
}

/// <summary>A choice for every layer of a unit.</summary>
internal sealed record UnitChoice(double Cost, double Loss, ImmutableArray<int> Choices);
