using Cim.Compiler.Mapping;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Runtime.RandomNumbers;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Costs looked up instead of computed.</summary>
public sealed class LayerCostTableTests
{
    [Fact]
    public void The_table_gives_the_cost_of_the_cost_model() => Gen.Int[0, 1_000_000].Holds(40, seed =>
    {
        (PolicySpace space, _) = SearchProblems.Random(seed, layers: 5, bits: [2, 5, 8]);
        int[] policy = PolicyMoves.Random(space, new SplitMix((ulong)seed));
        Cost cost = ModelCost.Of(space.Costs.Layers, s =>
        {
            LayerBits p = space.Costs.Choices[policy[space.Costs.Layers.IndexOf(s)]];
            return (p.WeightBits, p.ActivationBits, p.AdcBits);
        }, space.Costs.Profile);
        CostVector total = space.Costs.Total(policy);
        Assert.Equal(cost.LatencyNs, total.LatencyNs, 6);
        Assert.Equal(cost.EnergyPj, total.EnergyPj, 3);
        Assert.Equal(cost.Arrays, total.Arrays);
    });

    [Fact]
    public void A_precision_the_table_was_not_built_for_is_an_error()
    {
        (PolicySpace space, _) = SearchProblems.Random(1, layers: 1, bits: [4, 8]);
        Assert.Equal(new LayerBits(4, 8, 0), space.Costs.Choices[space.Costs.IndexOf(new LayerBits(4, 8, 0))]);
        Assert.Throws<ArgumentException>(() => space.Costs.IndexOf(new LayerBits(5, 8, 0)));
    }
}
