using System.Collections.Immutable;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Search.Space;

/// <summary>
/// What a search may choose: for each layer the useful precisions, and which layers read the same tensor and so have to agree
/// on its bits. A width that costs the same as a wider one is never offered ("free bits": 6-bit weights on 4-bit cells take
/// the cells of 8-bit weights).
/// </summary>
internal sealed class PolicySpace
{
    private PolicySpace(LayerCostTable costs, ImmutableArray<ImmutableArray<int>> choices, ImmutableArray<ImmutableArray<int>> groups,
        Objective objective) =>
        (Costs, Choices, ActivationGroups, Objective) = (costs, choices, groups, objective);

    public LayerCostTable Costs { get; }

    /// <summary>Choices of each layer as indices into <see cref="LayerCostTable.Choices"/>, cheapest first.</summary>
    public ImmutableArray<ImmutableArray<int>> Choices { get; }

    /// <summary>Every layer in exactly one group; the layers of a group have the same activation bits.</summary>
    public ImmutableArray<ImmutableArray<int>> ActivationGroups { get; }

    public Objective Objective { get; }

    /// <summary>What policies come to as schedules; null where layers run one after the other.</summary>
    public PolicySchedule? Schedule { get; private init; }

    /// <summary>True if the objective is a sum over layers, so that an optimum can be proven.</summary>
    public bool IsAdditive => Objective is Objective.Latency or Objective.Energy or Objective.Arrays or Objective.CopiedLatency;

    /// <summary>The number to minimise.</summary>
    /// <param name="policy">One choice a layer.</param>
    public double Cost(ReadOnlySpan<int> policy) => Schedule is null || IsAdditive
        ? Costs.Total(policy).Of(Objective)
        : Schedule.Cost(policy, Objective);

    /// <summary>The same space with the schedules of its policies.</summary>
    public PolicySpace With(PolicySchedule? schedule) => new(Costs, Choices, ActivationGroups, Objective) { Schedule = schedule };

    /// <summary>log10 of the number of policies.</summary>
    public double Log10Size => ActivationGroups.Sum(g => Math.Log10(
        ActivationBitsOf(g).Sum(a => g.Aggregate(1.0, (n, l) => n * Choices[l].Count(c => Costs.Choices[c].ActivationBits == a)))));

    /// <summary>Makes the space.</summary>
    /// <param name="costs">The cost of every choice.</param>
    /// <param name="objective">Decides which bits are free; arrays always count too when <paramref name="arraysMatter"/>.</param>
    /// <param name="activationGroups">Layers that read the same tensor; null = every layer its own.</param>
    /// <param name="arraysMatter">True if there is a limit on arrays.</param>
    /// <param name="fixedLayers">Layers with a fixed precision, for example 8-bit first and last layers.</param>
    public static PolicySpace Create(
        LayerCostTable costs, Objective objective, ImmutableArray<ImmutableArray<int>>? activationGroups = null,
        bool arraysMatter = false, ImmutableDictionary<int, LayerBits>? fixedLayers = null)
    {
        var choices = ImmutableArray.CreateBuilder<ImmutableArray<int>>(costs.Layers.Length);
        for (int layer = 0; layer < costs.Layers.Length; layer++)
        {
            int l = layer;
            int[] offered = [.. Enumerable.Range(0, costs.Choices.Length).Where(c => !IsFree(costs, l, c, objective, arraysMatter))];
            if (fixedLayers is not null && fixedLayers.TryGetValue(l, out LayerBits own)) offered = [costs.IndexOf(own)];
            choices.Add([.. offered.OrderBy(c => costs[l, c].Of(objective)).ThenBy(c => c)]);
        }

        ImmutableArray<ImmutableArray<int>> groups = activationGroups
            ?? [.. Enumerable.Range(0, costs.Layers.Length).Select(l => ImmutableArray.Create(l))];
        return new PolicySpace(costs, choices.MoveToImmutable(), groups, objective).Agree();
    }

    /// <summary>The activation bits every layer of a group offers.</summary>
    public IEnumerable<int> ActivationBitsOf(ImmutableArray<int> group) =>
        group.Select(l => Choices[l].Select(c => Costs.Choices[c].ActivationBits).Distinct())
            .Aggregate((a, b) => a.Intersect(b)).Order();

    /// <summary>True if every layer has an offered choice and groups agree.</summary>
    public bool Contains(ReadOnlySpan<int> policy)
    {
        for (int l = 0; l < policy.Length; l++)
            if (!Choices[l].Contains(policy[l])) return false;
        foreach (ImmutableArray<int> group in ActivationGroups)
            foreach (int l in group)
                if (Costs.Choices[policy[l]].ActivationBits != Costs.Choices[policy[group[0]]].ActivationBits) return false;
        return true;
    }

    /// <summary>A policy as it is compiled and written to files.</summary>
    public QuantizationPolicy ToPolicy(ReadOnlySpan<int> policy)
    {
        var layers = ImmutableArray.CreateBuilder<LayerPrecision>();
        for (int l = 0; l < policy.Length; l++)
        {
            LayerBits bits = Costs.Choices[policy[l]];
            if (!Costs.Layers[l].IsDynamic)
                layers.Add(new LayerPrecision(Costs.Layers[l].Name, bits.WeightBits, bits.ActivationBits, bits.AdcBits));
        }

        return new QuantizationPolicy(layers.ToImmutable());
    }

    /// <summary>The choices of a policy of this space; layers it does not name are 8 bits wide.</summary>
    public int[] ChoicesOf(QuantizationPolicy policy) =>
        [.. Costs.Layers.Select(s => policy.Find(s.Name) is { } l ? ChoiceOf(l).Choice : Costs.IndexOf(new LayerBits(8, 8, 0)))];

    /// <summary>A layer's index and choice.</summary>
    public (int Layer, int Choice) ChoiceOf(LayerPrecision layer) =>
        (Costs.Layers.ToList().FindIndex(s => s.Name == layer.Name),
            Costs.IndexOf(new LayerBits(layer.WeightBits, layer.ActivationBits, layer.AdcBits)));

    /// <summary>A choice is free if one that is at least as wide everywhere, and wider somewhere, costs no more.</summary>
    private static bool IsFree(LayerCostTable costs, int layer, int choice, Objective objective, bool arraysMatter)
    {
        LayerBits own = costs.Choices[choice];
        CostVector cost = costs[layer, choice];
        for (int other = 0; other < costs.Choices.Length; other++)
        {
            if (other == choice || !costs.Choices[other].IsAtLeast(own)) continue;
            CostVector wider = costs[layer, other];
            bool noDearer = objective switch
            {
                Objective.EnergyDelay => NoDearer(wider.LatencyNs, cost.LatencyNs) && NoDearer(wider.EnergyPj, cost.EnergyPj),
                Objective.ScheduledEnergyDelay => NoDearer(wider.Work, cost.Work) && NoDearer(wider.EnergyPj, cost.EnergyPj),
                _ => NoDearer(wider.Of(objective), cost.Of(objective)),
            };
            if (noDearer && (!arraysMatter || wider.Arrays <= cost.Arrays)) return true;
        }

        return false;
    }

    /// <summary>Less than a thousandth is nothing: where conversions hide behind reads, only the very last one takes less time with fewer
    /// bits.</summary>
    private static bool NoDearer(double wider, double cost) => wider <= cost * 1.001;

    /// <summary>Drops choices whose activation bits no other layer of the group offers.</summary>
    private PolicySpace Agree()
    {
        ImmutableArray<int>[] choices = [.. Choices];
        foreach (ImmutableArray<int> group in ActivationGroups)
        {
            HashSet<int> common = [.. ActivationBitsOf(group)];
            if (common.Count == 0) // One layer is fixed where another offers nothing: the widest of the fixed wins.
                continue;
            foreach (int l in group) choices[l] = [.. choices[l].Where(c => common.Contains(Costs.Choices[c].ActivationBits))];
        }

        return new PolicySpace(Costs, [.. choices], ActivationGroups, Objective);
    }
}
