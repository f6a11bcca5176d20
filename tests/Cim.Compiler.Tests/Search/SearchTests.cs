using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Mapping;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.RandomNumbers;
using Xunit;

namespace Cim.Compiler.Tests.Search;

public sealed class SearchTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    public static TheoryData<string> Searchers => ["rl", "exact", "random", "evolutionary", "uniform"];

    [Theory, MemberData(nameof(Seeds))]
    public void The_exact_optimum_is_the_best_of_all_policies_and_says_so(int seed)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(seed, layers: 4, bits: [3, 5, 8]);
        UnitChoices unitChoices = UnitChoices.Of(space, losses, c => c.LatencyNs);
        (double Cost, double Loss)[] all = [.. AllPolicies(space).Select(p => (space.Costs.Total(p).LatencyNs, losses.Total(p)))];
        foreach (double share in new[] { 0.0, 0.2, 0.5, 0.9 })
        {
            double budget = all.Min(a => a.Loss) + (share * (all.Max(a => a.Loss) - all.Min(a => a.Loss))) + 1e-9;
            Optimum optimum = ExactOptimum.Solve(unitChoices, budget)!;
            double best = all.Where(a => a.Loss <= budget).Min(a => a.Cost);
            Assert.Equal(best, optimum.Cost, 6);
            Assert.True(optimum.IsProven);
            Assert.Equal(optimum.Cost, space.Costs.Total(optimum.Policy.AsSpan()).LatencyNs, 6);
            Assert.True(losses.Total(optimum.Policy.AsSpan()) <= budget);
            Assert.True(space.Contains(optimum.Policy.AsSpan()));
        }

        Assert.Null(ExactOptimum.Solve(unitChoices, all.Min(a => a.Loss) * 0.99));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_front_holds_every_policy_no_other_beats(int seed)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(seed, layers: 4, bits: [3, 5, 8]);
        ParetoFront front = ParetoFront.Of(UnitChoices.Of(space, losses, c => c.LatencyNs));
        (double Cost, double Loss)[] all = [
            .. AllPolicies(space).Select(p => (Math.Round(space.Costs.Total(p).LatencyNs, 6), losses.Total(p)))];
        var expected = new List<(double Cost, double Loss)>();
        foreach ((double Cost, double Loss) p in all.OrderBy(p => p.Cost).ThenBy(p => p.Loss))
            if (expected.Count == 0 || p.Loss < expected[^1].Loss - 1e-12) expected.Add(p);
        Assert.Equal(0, front.Gap);
        Assert.Equal(expected.Select(e => e.Cost), front.Points.Select(p => Math.Round(p.Cost, 6)));
    }

    [Fact]
    public void A_thinned_front_is_within_its_gap_of_the_exact_one()
    {
        (PolicySpace space, LossTable losses) = RandomProblem(7, layers: 12, bits: [2, 3, 4, 5, 6, 8]);
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

    [Theory, MemberData(nameof(Seeds))]
    public void The_table_gives_the_cost_of_the_cost_model(int seed)
    {
        (PolicySpace space, _) = RandomProblem(seed, layers: 5, bits: [2, 5, 8]);
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
    }

    [Theory, MemberData(nameof(Searchers))]
    public void Searchers_stay_in_the_space_the_budget_and_their_evaluations_and_repeat_themselves(string name)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(3, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, MaxLoss: 2, long.MaxValue, Evaluations: 60, Seed: 5);
        SearchResult result = Create(name).Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.InRange(result.Trials.Length, 1, 60);
        Assert.All(result.Trials, t => Assert.True(space.Contains(t.Policy.AsSpan())));
        Assert.True(result.Policy is null || result.Loss <= 2);
        SearchResult again = Create(name).Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.Equal(result.Cost, again.Cost);
        Assert.Equal(result.Trials.Select(t => t.Cost), again.Trials.Select(t => t.Cost));
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void With_a_fair_estimate_exact_is_never_worse_than_the_yardsticks(int seed)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        int[] widest = PolicyMoves.Widest(space);
        var problem = new SearchProblem(space, losses, losses.Total(widest) + 1, long.MaxValue, 60, (ulong)seed);
        double exact = Create("exact").Search(problem, new NoisyEvaluator(losses, noise: 0), null, default).Cost;
        foreach (string other in new[] { "random", "evolutionary", "uniform" })
        {
            double cost = Create(other).Search(problem, new NoisyEvaluator(losses, noise: 0), null, default).Cost;
            Assert.True(!(cost < exact * (1 - 1e-9)), $"{other}: {cost} < {exact}");
        }
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Rl_is_never_worse_than_the_proxy_optimum_it_starts_from_nor_than_random(int seed)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(seed, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 40, (ulong)seed);
        SearchResult rl = Create("rl").Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.NotNull(rl.Start);
        Assert.True(rl.Episodes > 0);
        Assert.True(rl.Loss <= problem.MaxLoss);
        Assert.True(rl.Cost <= rl.Start.Cost);
        Assert.True(rl.Cost <= Create("random").Search(problem, new NoisyEvaluator(losses), null, default).Cost);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2)]
    public void Rl_goes_on_from_what_it_measured_where_a_layer_has_very_many_widths(int seed)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(
            seed, layers: 12, bits: [2, 3, 4, 5, 6, 7, 8], "isaac", [0, 3, 4, 5, 6, 7], Objective.Energy);
        Assert.Contains(UnitChoices.Of(space, losses, c => c.EnergyPj).Units, u => u.Length > 24);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 40, (ulong)seed);
        SearchResult rl = Create("rl").Search(problem, new SkewedEvaluator(space, losses), null, default);
        Assert.True(rl.Episodes > 0);
        Assert.True(rl.Loss <= problem.MaxLoss);
        Assert.True(rl.Cost < rl.Start!.Cost, $"{rl.Cost} against {rl.Start.Cost}");
    }

    [Fact]
    public void Thinned_choices_hold_those_of_policies_that_are_kept()
    {
        (PolicySpace space, LossTable losses) = RandomProblem(
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
    public void Rl_learns_from_its_measurements_where_the_estimate_is_wrong()
    {
        (PolicySpace space, LossTable losses) = RandomProblem(1, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, losses.Total(PolicyMoves.Widest(space)) + 1, long.MaxValue, 60, 1);
        // Half of the units do a sixteenth of the harm that is estimated for them.
        var judge = new SkewedEvaluator(space, losses);
        SearchResult rl = Create("rl").Search(problem, judge, null, default);
        Assert.True(rl.Cost < 0.97 * rl.Start!.Cost, $"{rl.Cost} against {rl.Start.Cost}");
        Assert.True(judge.Loss(rl.Policy!.Value.AsSpan(), default) <= problem.MaxLoss);
    }

    [Theory, MemberData(nameof(Searchers))]
    public void A_clock_that_is_over_leaves_the_best_so_far(string name)
    {
        (PolicySpace space, LossTable losses) = RandomProblem(2, layers: 12, bits: [2, 3, 4, 6, 8]);
        var problem = new SearchProblem(space, losses, MaxLoss: 50, long.MaxValue, Evaluations: 60, Seed: 5)
        {
            Clock = new SearchClock(TimeSpan.Zero),
        };
        SearchResult result = Create(name).Search(problem, new NoisyEvaluator(losses), null, default);
        Assert.Single(result.Trials);
        Assert.True(result.RanOutOfTime);
        Assert.NotNull(result.Policy);
    }

    private static IPolicySearcher Create(string name) => name switch
    {
        "rl" => new RlSearcher(),
        "exact" => new ExactSearcher(),
        "random" => new RandomSearcher(),
        "evolutionary" => new EvolutionarySearcher(),
        _ => new UniformSearcher(),
    };

    /// <summary>Layers of random size; losses that fall with bits; every third pair of layers reads the same tensor.</summary>
    private static (PolicySpace Space, LossTable Losses) RandomProblem(
        int seed, int layers, ImmutableArray<int> bits, string hardware = "cim-aq-2b", ImmutableArray<int>? conversions = null,
        Objective objective = Objective.Latency)
    {
        var random = new Random(seed);
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

    private static IEnumerable<int[]> AllPolicies(PolicySpace space)
    {
        IEnumerable<ImmutableArray<int>> partial = [ImmutableArray<int>.Empty];
        foreach (ImmutableArray<int> choices in space.Choices) partial = [.. partial.SelectMany(p => choices.Select(p.Add))];
        return partial.Select(p => p.ToArray()).Where(p => space.Contains(p));
    }

    /// <summary>As the estimate, but units in turn do all or a sixteenth of it.</summary>
    private sealed class SkewedEvaluator(PolicySpace space, LossTable losses) : IPolicyEvaluator
    {
        public double Loss(ReadOnlySpan<int> policy, CancellationToken cancellation)
        {
            double total = 0;
            for (int g = 0; g < space.ActivationGroups.Length; g++)
                foreach (int l in space.ActivationGroups[g]) total += losses[l, policy[l]] / (g % 2 == 0 ? 1 : 16);
            return total;
        }
    }

    /// <summary>The estimate, changed by a deterministic amount that depends on the policy.</summary>
    private sealed class NoisyEvaluator(LossTable losses, double noise = 0.3) : IPolicyEvaluator
    {
        public double Loss(ReadOnlySpan<int> policy, CancellationToken cancellation)
        {
            ulong hash = 17;
            foreach (int c in policy) hash = (hash * 31) + (ulong)c;
            return losses.Total(policy) * (1 + (noise * (new SplitMix(hash).NextDouble() - 0.5)));
        }
    }
}
