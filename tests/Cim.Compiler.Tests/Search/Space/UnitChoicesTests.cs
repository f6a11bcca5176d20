using System.Collections.Immutable;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Space;

/// <summary>Layers that share activation bits, as one unit of an exact search.</summary>
public sealed class UnitChoicesTests
{
    [Fact]
    public void A_unit_holds_just_the_combinations_no_other_beats() => Gen.Int[0, 1_000_000].Holds(8, seed =>
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 3, bits: [3, 5, 8]);
        UnitChoices choices = UnitChoices.Of(space, losses, c => c.LatencyNs);
        for (int u = 0; u < choices.Units.Length; u++)
        {
            ImmutableArray<int> group = space.ActivationGroups[u];
            var all = SearchProblems.AllPolicies(space).Select(p => (
                Cost: group.Sum(l => space.Costs[l, p[l]].LatencyNs), Loss: group.Sum(l => losses[l, p[l]]))).ToList();
            Assert.All(choices.Units[u], c => Assert.DoesNotContain(all, p => p.Cost < c.Cost - 1e-9 && p.Loss <= c.Loss));
            Assert.All(all, p => Assert.Contains(choices.Units[u], c => c.Cost <= p.Cost + 1e-9 && c.Loss <= p.Loss + 1e-12));
            for (int i = 1; i < choices.Units[u].Length; i++)
            {
                Assert.True(choices.Units[u][i].Cost > choices.Units[u][i - 1].Cost);
                Assert.True(choices.Units[u][i].Loss < choices.Units[u][i - 1].Loss);
            }
        }
    });

    [Fact]
    public void Thinned_choices_hold_those_of_policies_that_are_kept()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(
            3, layers: 6, bits: [2, 3, 4, 5, 6, 7, 8], "isaac", [0, 3, 4, 5, 6, 7], Objective.Energy);
        UnitChoices all = UnitChoices.Of(space, losses, c => c.EnergyPj);
        var random = new Random(3);
        ImmutableArray<int>[] kept = [
            .. Enumerable.Range(0, 5).Select(_ => all.Policy([.. all.Units.Select(u => random.Next(u.Length))]).ToImmutableArray())];
        UnitChoices thinned = all.Thinned(8, kept);
        Assert.All(thinned.Units, (u, i) => Assert.InRange(u.Length, Math.Min(8, all.Units[i].Length), 8 + kept.Length));
        foreach (ImmutableArray<int> policy in kept)
            Assert.Equal(
                policy, thinned.Policy([.. Enumerable.Range(0, thinned.Units.Length).Select(u => thinned.IndexOf(u, policy.AsSpan()))]));
    }

    [Fact]
    public void A_combination_that_was_beaten_has_no_index()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(1, layers: 3, bits: [3, 5, 8]);
        UnitChoices choices = UnitChoices.Of(space, losses, c => c.LatencyNs);
        int[] best = choices.Policy(new int[choices.Units.Length]);
        Assert.All(Enumerable.Range(0, choices.Units.Length), u => Assert.Equal(0, choices.IndexOf(u, best)));
        int beaten = SearchProblems.AllPolicies(space).Count(p => choices.IndexOf(1, p) < 0);
        Assert.InRange(beaten, 1, SearchProblems.AllPolicies(space).Count() - 1);
    }
}
