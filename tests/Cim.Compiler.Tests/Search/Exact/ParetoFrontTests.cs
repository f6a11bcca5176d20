using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Search.Exact;

/// <summary>Policies no other beats, against the list of all policies.</summary>
public sealed class ParetoFrontTests
{
    [Fact]
    public void The_front_holds_every_policy_no_other_beats() => Gen.Int[0, 1_000_000].Holds(40, seed =>
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(seed, layers: 4, bits: [3, 5, 8]);
        ParetoFront front = ParetoFront.Of(UnitChoices.Of(space, losses, c => c.LatencyNs));
        (double Cost, double Loss)[] all = [
            .. SearchProblems.AllPolicies(space).Select(p => (Math.Round(space.Costs.Total(p).LatencyNs, 6), losses.Total(p)))];
        var expected = new List<(double Cost, double Loss)>();
        foreach ((double Cost, double Loss) p in all.OrderBy(p => p.Cost).ThenBy(p => p.Loss))
            if (expected.Count == 0 || p.Loss < expected[^1].Loss - 1e-12) expected.Add(p);
        Assert.Equal(0, front.Gap);
        Assert.Equal(expected.Select(e => e.Cost), front.Points.Select(p => Math.Round(p.Cost, 6)));
    });

    [Fact]
    public void A_thinned_front_is_within_its_gap_of_the_exact_one()
    {
        (PolicySpace space, LossTable losses) = SearchProblems.Random(7, layers: 12, bits: [2, 3, 4, 5, 6, 8]);
        UnitChoices unitChoices = UnitChoices.Of(space, losses, c => c.LatencyNs);
        ParetoFront thin = ParetoFront.Of(unitChoices, maxLabels: 500);
        Assert.True(thin.Gap > 0);
        Assert.True(thin.Points.Length <= 500);
        foreach (FrontPoint point in thin.Points.Where((_, i) => i % 50 == 0))
        {
            Optimum optimum = ExactOptimum.Solve(unitChoices, point.Loss)!;
            Assert.True(optimum.IsProven);
            Assert.True(point.Cost <= optimum.Cost * (1 + thin.Gap) * (1 + 1e-9));
        }
    }
}
