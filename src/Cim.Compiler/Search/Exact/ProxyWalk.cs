using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Exact;

/// <summary>
/// Where searches that know the additive estimate start: bisection along its exact front finds the cheapest front point whose
/// measured loss is within the budget.
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
            int middle = low + ((high - low) / 2);
            if (log.Best is { } best && best.Cost <= problem.Cost(front[middle].Policy.AsSpan())) high = middle;
            else if (log.Loss(front[middle].Policy.AsSpan()) > problem.MaxLoss) low = middle;
            else (high, log.Start) = (middle, log.Best);
        }
    }

    /// <summary>
    /// Energy times delay is not additive: its gradient at the widest policy is (up to a factor) the sum of both as shares of
    /// that policy's, which is.
    /// </summary>
    public static Func<CostVector, double> CostOf(SearchProblem problem)
    {
        if (problem.Space.Objective != Objective.EnergyDelay) return c => c.Of(problem.Space.Objective);
        CostVector widest = problem.Space.Costs.Total(PolicyMoves.Widest(problem.Space));
        return c => (c.LatencyNs / widest.LatencyNs) + (c.EnergyPj / widest.EnergyPj);
    }
}
