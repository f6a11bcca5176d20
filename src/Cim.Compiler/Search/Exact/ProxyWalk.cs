using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Exact;

/// <summary>
/// Where searches that know the additive estimate start: bisection along its exact front finds the cheapest front point whose
/// measured loss is within the budget. Where several policies are measured at a time they cut the interval into equal pieces.
/// </summary>
internal static class ProxyWalk
{
    /// <summary>Measures front points until the cheapest one within the budget is found, or one that costs more than the best policy so
    /// far.</summary>
    public static void Bisect(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        ImmutableArray<FrontPoint> front = [
            .. ParetoFront.Of(UnitChoices.Of(problem.Space, problem.Proxy, CostOf(problem)), cancellation: cancellation)
            .Points.Where(p => problem.Fits(p.Policy.AsSpan()))];
        // Measured loss falls along the front but for noise: halve the interval between too much and enough.
        (int low, int high) = (-1, front.Length); // All up to low lose too much; high is enough.
        while (high - low > 1 && log.Left > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] points = Inside(low, high, Math.Max(1, Math.Min(problem.Parallel, log.Left)));
            int dear = Array.FindIndex(
                points, p => log.Best is { } best && best.Cost <= problem.Cost(front[p].Policy.AsSpan()));
            if (dear >= 0)
            {
                high = points[dear];
                continue;
            }

            log.Measure([.. points.Select(p => front[p].Policy.ToArray())]);
            int enough = Array.FindIndex(points, p => !(log.Loss(front[p].Policy.AsSpan()) > problem.MaxLoss));
            if (enough != 0) low = points[enough < 0 ? ^1 : enough - 1];
            if (enough >= 0) (high, log.Start) = (points[enough], log.Best);
        }
    }

    /// <summary>Points that cut an interval into equal pieces; the middle, if there is one.</summary>
    /// <param name="low">The lower end, which is none of them.</param>
    /// <param name="high">The upper end, which is none of them; at least two above the lower.</param>
    /// <param name="count">How many, if there are so many.</param>
    public static int[] Inside(int low, int high, int count) =>
        [.. Enumerable.Range(1, count).Select(i => low + ((high - low) * i / (count + 1))).Where(p => p > low).Distinct()];

    /// <summary>
    /// Energy times delay is not additive: its gradient at the widest policy is (up to a factor) the sum of both as shares of
    /// that policy's, which is.
    /// </summary>
    public static Func<CostVector, double> CostOf(SearchProblem problem)
    {
        Objective objective = problem.Space.Objective;
        if (objective is not (Objective.EnergyDelay or Objective.ScheduledEnergyDelay)) return c => c.Of(objective);
        CostVector widest = problem.Space.Costs.Total(PolicyMoves.Widest(problem.Space));
        return objective == Objective.EnergyDelay
            ? c => (c.LatencyNs / widest.LatencyNs) + (c.EnergyPj / widest.EnergyPj)
            : c => (c.Work / widest.Work) + (c.EnergyPj / widest.EnergyPj);
    }
}
