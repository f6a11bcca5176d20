using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Policies drawn, changed, and set by hand.</summary>
public sealed class PolicyMovesTests
{
    [Fact]
    public void Every_move_stays_in_the_space() => Gen.Int[0, 1_000_000].Holds(10, seed =>
    {
        (PolicySpace space, _) = SearchProblems.Random(seed, layers: 8, bits: [2, 4, 8]);
        var random = new SplitMix((ulong)seed);
        for (int i = 0; i < 50; i++)
        {
            int[] policy = PolicyMoves.Random(space, random), redrawn = [.. policy];
            int group = random.Next(space.ActivationGroups.Length);
            PolicyMoves.Redraw(space, group, redrawn, random);
            Assert.True(space.Contains(policy));
            Assert.True(space.Contains(redrawn));
            Assert.All(Enumerable.Range(0, policy.Length).Where(l => redrawn[l] != policy[l]),
                l => Assert.Contains(l, space.ActivationGroups[group]));
        }
    });

    [Fact]
    public void The_widest_policy_has_the_most_bits_and_the_least_loss()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(4, layers: 4, bits: [3, 5, 8]);
        int[] widest = PolicyMoves.Widest(space);
        Assert.All(widest, c => Assert.Equal(new LayerBits(8, 8, 0), space.Costs.Choices[c]));
        Assert.Equal(SearchProblems.AllPolicies(space).Min(p => losses.Total(p)), losses.Total(widest), 12);
    }

    [Fact]
    public void The_nearest_choice_is_nowhere_narrower_than_what_is_wanted_if_the_space_has_one()
    {
        (PolicySpace space, _) = SearchProblems.Random(4, layers: 6, bits: [3, 5, 8]);
        foreach (LayerBits wanted in space.Costs.Choices)
        {
            int[] nearest = PolicyMoves.Nearest(space, wanted);
            Assert.True(space.Contains(nearest));
            Assert.All(nearest, c => Assert.True(space.Costs.Choices[c].IsAtLeast(wanted)));
        }
    }

    [Fact]
    public void Four_bits_inside_leave_both_ends_at_eight()
    {
        (PolicySpace space, _) = SearchProblems.Random(4, layers: 6, bits: [4, 8], "cim-aq-4b");
        int[] policy = PolicyMoves.FourBitInside(space), four = PolicyMoves.Nearest(space, new LayerBits(4, 4, 0));
        LayerBits[] bits = [.. policy.Select(c => space.Costs.Choices[c])];
        Assert.Equal(new LayerBits(8, 8, 0), bits[0]);
        Assert.Equal(new LayerBits(8, 8, 0), bits[^1]);
        // Layers 1 and 2 read one tensor, 4 and the last another.
        Assert.Equal(four[1..4], policy[1..4]);
        Assert.All(bits[1..4], b => Assert.Equal(4, b.ActivationBits));
        Assert.Equal(8, bits[4].ActivationBits);
    }
}
