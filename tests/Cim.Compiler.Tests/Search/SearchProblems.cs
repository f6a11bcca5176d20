using System.Collections.Immutable;
using Cim.Compiler.Search.Space;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Tests.Search;

/// <summary>Small random problems whose every policy can be listed, and evaluators that differ from their estimate.</summary>
internal static class SearchProblems
{
    /// <summary>Layers of random size; losses that fall with bits; every third pair of layers reads the same tensor.</summary>
    public static (PolicySpace Space, LossTable Losses) Random(
        int seed, int layers, ImmutableArray<int> bits, string hardware = "cim-aq-2b", ImmutableArray<int>? conversions = null,
        Objective objective = Objective.Latency)
    {
        var random = new System.Random(seed);
        ImmutableArray<LayerShape> shapes = [.. Enumerable.Range(0, layers)
            .Select(l => new LayerShape($"layer{l}", 1, random.Next(10, 900), random.Next(10, 300), random.Next(1, 500)))];
        LayerCostTable table = LayerCostTable.Build(shapes, HardwareProfiles.BuiltIn(hardware), bits, bits, conversions ?? [0]);
        var groups = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        for (int l = 0; l < layers; l++)
            if (l % 3 == 1 && l + 1 < layers) groups.Add([l, ++l]);
            else groups.Add([l]);
        var losses = new List<double>();
        for (int l = 0; l < layers; l++)
        {
            (double weights, double activations) = (random.NextDouble(), random.NextDouble());
            losses.AddRange(
                table.Choices.Select(c => (weights * Math.Pow(4, -c.WeightBits) * 20) + (activations * Math.Pow(4, -c.ActivationBits) * 20)
                + (c.AdcBits == 0 ? 0 : weights * Math.Pow(4, -c.AdcBits) * 5)));
        }

        return (PolicySpace.Create(table, objective, groups.ToImmutable()), new LossTable([.. losses], table.Choices.Length));
    }

    public static IEnumerable<int[]> AllPolicies(PolicySpace space)
    {
        IEnumerable<ImmutableArray<int>> partial = [ImmutableArray<int>.Empty];
        foreach (ImmutableArray<int> choices in space.Choices) partial = [.. partial.SelectMany(p => choices.Select(p.Add))];
        return partial.Select(p => p.ToArray()).Where(p => space.Contains(p));
    }
}

/// <summary>As the estimate, but units in turn do all or a sixteenth of it.</summary>
internal sealed class SkewedEvaluator(PolicySpace space, LossTable losses) : IPolicyEvaluator
{
    public PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation)
    {
        double total = 0;
        for (int g = 0; g < space.ActivationGroups.Length; g++)
            foreach (int l in space.ActivationGroups[g]) total += losses[l, policy[l]] / (g % 2 == 0 ? 1 : 16);
        return new PolicyLoss(total, total);
    }
}

/// <summary>The estimate, changed by a deterministic amount that depends on the policy.</summary>
internal sealed class NoisyEvaluator(LossTable losses, double noise = 0.3) : IPolicyEvaluator
{
    public PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation)
    {
        ulong hash = 17;
        foreach (int c in policy) hash = (hash * 31) + (ulong)c;
        double loss = losses.Total(policy);
        return new PolicyLoss(loss * (1 + (noise * (new SplitMix(hash).NextDouble() - 0.5))), loss * (1 - noise));
    }
}
