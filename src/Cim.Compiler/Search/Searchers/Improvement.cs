using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Steps from the best policy so far to a cheaper one: of its neighbours, and of the optima of what the measurements so far have taught
/// (<see cref="LearnedLoss"/>), the one of the largest expected improvement is measured, again and again.
/// </summary>
internal static class Improvement
{
    private const int MaxLabels = 20_000, Draws = 2000;

    /// <summary>The optimum is solved for these shares of the budget: what was learned is uncertain.</summary>
    private static readonly double[] _shares = [0.6, 0.8, 1, 1.25];

    /// <summary>Improves the best policy as long as evaluations are left and something cheaper may be within the budget.</summary>
    public static void Run(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        while (log.Left > 0 && Several(problem, log, [], cancellation) is { Count: > 0 } next) log.Measure(next);
    }

    /// <summary>The next policies to measure, as many as may be measured at a time; none if nothing cheaper can be within the
    /// budget.</summary>
    /// <param name="problem">What is searched.</param>
    /// <param name="log">What was measured.</param>
    /// <param name="proposals">Policies that are considered besides.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static IReadOnlyList<int[]> Several(
        SearchProblem problem, TrialLog log, IReadOnlyCollection<int[]> proposals, CancellationToken cancellation)
    {
        var expected = new ExpectedTrials(problem, log);
        var several = new List<int[]>();
        while (Next(problem, expected, proposals, cancellation) is { } next)
        {
            several.Add(next);
            if (several.Count >= Math.Min(problem.Parallel, log.Left)) break;
            expected.Expect(next);
        }

        return several;
    }

    /// <summary>The next policy to measure; null if nothing cheaper can be within the budget.</summary>
    /// <param name="problem">What is searched.</param>
    /// <param name="log">What was measured.</param>
    /// <param name="proposals">Policies that are considered besides.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static int[]? Next(SearchProblem problem, ITrials log, IEnumerable<int[]> proposals, CancellationToken cancellation)
    {
        Trial? start = log.Best ?? log.Trials.Where(t => problem.Fits(t.Policy.AsSpan())).MinBy(t => t.Loss);
        if (start is null) return null;
        LearnedLoss learned = LearnedLoss.From(problem, log);
        var near = new Neighbourhood(problem, learned);
        return MostPromising([.. Optima(problem, learned, cancellation), .. near.Of(start.Policy), .. proposals])
            ?? MostPromising(Anywhere(problem, log));

        int[]? MostPromising(IEnumerable<int[]> policies)
        {
            (int[]? next, double most) = (null, double.NegativeInfinity);
            foreach (int[] policy in policies)
            {
                double cost = problem.Cost(policy);
                if ((log.Best is { } best && cost >= best.Cost) || log.Knows(policy) || !problem.Fits(policy)) continue;
                double expected = learned.ExpectedImprovement(log, cost, LearnedLoss.Estimates(problem, policy));
                if (expected > most && !IsHopeless(problem, log, policy)) (next, most) = (policy, expected);
            }

            return next;
        }
    }

    /// <summary>True if a policy that is nowhere narrower was measured and lost too much beyond doubt. One that missed the budget by
    /// chance rules nothing out.</summary>
    public static bool IsHopeless(SearchProblem problem, ITrials log, int[] policy)
    {
        ImmutableArray<LayerBits> choices = problem.Space.Costs.Choices;
        foreach (Trial trial in log.Trials)
        {
            if (trial.Least <= problem.MaxLoss) continue;
            bool wider = true;
            for (int l = 0; l < policy.Length && wider; l++) wider = choices[trial.Policy[l]].IsAtLeast(choices[policy[l]]);
            if (wider) return true;
        }

        return false;
    }

    /// <summary>Where no neighbour is left, something further away may be.</summary>
    private static IEnumerable<int[]> Anywhere(SearchProblem problem, ITrials log)
    {
        var random = new SplitMix(problem.Seed + (ulong)log.Trials.Count);
        for (int draw = 0; draw < Draws; draw++) yield return PolicyMoves.Random(problem.Space, random);
    }

    private static IEnumerable<int[]> Optima(SearchProblem problem, LearnedLoss learned, CancellationToken cancellation)
    {
        UnitChoices choices = UnitChoices.Of(problem.Space, learned.Table(), ProxyWalk.CostOf(problem));
        foreach (double share in _shares)
            if (ExactOptimum.Solve(choices, share * learned.Budget, MaxLabels, cancellation) is { } optimum)
                yield return [.. optimum.Policy];
    }
}
