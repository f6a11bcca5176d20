using System.Collections.Immutable;
using Cim.Compiler.Search.Space;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Which precisions are offered, and which layers have to agree.</summary>
public sealed class PolicySpaceTests
{
    [Fact]
    public void Bits_that_cost_nothing_are_not_offered()
    {
        ImmutableArray<LayerShape> shapes = [new("a", 1, 300, 256, 10), new("b", 1, 500, 64, 1)];
        Assert.Equal("4 8", Offered("cim-aq-4b", Objective.Latency, c => c.WeightBits));
        Assert.Equal("2 4 6 8", Offered("cim-aq-2b", Objective.Latency, c => c.WeightBits));
        Assert.Equal("2 3 4 5 6 7 8", Offered("cim-aq-2b", Objective.Latency, c => c.ActivationBits));
        // A resident machine reads all slices at once: fewer weight bits save arrays, not time.
        Assert.Equal("8", Offered("isaac", Objective.Latency, c => c.WeightBits));
        Assert.Equal("2 4 6 8", Offered("isaac", Objective.Energy, c => c.WeightBits));

        string Offered(string hardware, Objective objective, Func<LayerBits, int> bits)
        {
            LayerCostTable table = LayerCostTable.Build(
                shapes, HardwareProfiles.BuiltIn(hardware), [2, 3, 4, 5, 6, 7, 8], [2, 3, 4, 5, 6, 7, 8], [0]);
            PolicySpace space = PolicySpace.Create(table, objective);
            return string.Join(' ', space.Choices[0].Select(c => bits(table.Choices[c])).Distinct().Order());
        }
    }

    [Fact]
    public void Layers_of_a_group_agree_on_their_activation_bits()
    {
        (PolicySpace space, _) = SearchProblems.Random(1, layers: 3, bits: [4, 8]);
        Assert.Contains(space.ActivationGroups, g => g.Length == 2);
        int Choice(int activationBits) => space.Costs.IndexOf(new LayerBits(8, activationBits, 0));
        Assert.True(space.Contains([Choice(4), Choice(8), Choice(8)]));
        Assert.False(space.Contains([Choice(4), Choice(4), Choice(8)]));
        Assert.Equal(SearchProblems.AllPolicies(space).Count(), Math.Pow(10, space.Log10Size), 6);
    }

    [Fact]
    public void A_policy_and_its_choices_are_each_others_inverse()
    {
        (PolicySpace space, _) = SearchProblems.Random(2, layers: 4, bits: [4, 8]);
        foreach (int[] policy in SearchProblems.AllPolicies(space))
            Assert.Equal(policy, space.ChoicesOf(space.ToPolicy(policy)));
    }

    [Fact]
    public void A_layer_with_a_fixed_precision_has_no_other()
    {
        (PolicySpace space, _) = SearchProblems.Random(2, layers: 2, bits: [4, 8]);
        PolicySpace ends = PolicySpace.Create(space.Costs, Objective.Latency,
            fixedLayers: ImmutableDictionary<int, LayerBits>.Empty.Add(0, new LayerBits(8, 8, 0)));
        Assert.Equal([space.Costs.IndexOf(new LayerBits(8, 8, 0))], ends.Choices[0].AsEnumerable());
        Assert.True(ends.Choices[1].Length > 1);
    }
}
