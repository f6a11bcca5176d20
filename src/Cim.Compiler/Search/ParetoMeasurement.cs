using System.Collections.Immutable;
using Cim.Compiler.Scheduling.ClosedForm;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>A point of the front that was measured.</summary>
/// <param name="Policy">One choice a layer.</param>
/// <param name="Cost">Its cost, layer after layer.</param>
/// <param name="Value">Its cost in the objective; where that counts a schedule, as the compiled network is scheduled.</param>
/// <param name="Estimate">Its additive estimate.</param>
/// <param name="Loss">Estimated percentage points lost, on validation samples.</param>
/// <param name="IsOnFront">False if another measured point is no dearer and loses no more.</param>
internal sealed record MeasuredPoint(
    ImmutableArray<int> Policy, CostVector Cost, double Value, double Estimate, double Loss, bool IsOnFront)
{
    /// <summary>Its schedule; null where the objective counts none.</summary>
    public ScheduleEstimate? Schedule { get; init; }
}

/// <summary>Measures a few points of the exact front of cost against the additive estimate, evenly spread over the logarithm of
/// cost.</summary>
internal static class ParetoMeasurement
{
    /// <summary>The points that are worth a measurement.</summary>
    /// <param name="search">The search.</param>
    /// <param name="points">At most so many.</param>
    /// <param name="cancellation">Checked between layers.</param>
    public static ImmutableArray<FrontPoint> Choose(PolicySearch search, int points, CancellationToken cancellation)
    {
        Func<CostVector, double> share = ProxyWalk.CostOf(search.Problem(search.Losses, 1));
        ParetoFront front = ParetoFront.Of(UnitChoices.Of(search.Space, search.Losses, share), cancellation: cancellation);
        (double low, double high) = (Math.Log(front.Points[0].Cost), Math.Log(front.Points[^1].Cost));
        return
        [
            .. Enumerable.Range(0, points)
                .Select(i => low + ((high - low) * i / Math.Max(1, points - 1)))
                .Select(wanted => front.Points.MinBy(p => Math.Abs(Math.Log(p.Cost) - wanted))!)
                .DistinctBy(p => p.Cost),
        ];
    }

    /// <summary>The points with what was measured.</summary>
    /// <param name="search">The search.</param>
    /// <param name="points">What <see cref="Choose"/> gave.</param>
    /// <param name="losses">The loss of each, in percentage points.</param>
    public static ImmutableArray<MeasuredPoint> Of(PolicySearch search, ImmutableArray<FrontPoint> points, IReadOnlyList<double> losses)
    {
        MeasuredPoint[] measured = [.. points.Zip(losses, (point, loss) => Of(search, point.Policy, point.Loss, loss))];
        return
        [
            .. measured.Select(m => m with
            {
                IsOnFront = !measured.Any(o => o != m && o.Value <= m.Value && o.Loss <= m.Loss && (o.Value < m.Value || o.Loss < m.Loss)),
            }),
        ];
    }

    /// <summary>A policy with its cost.</summary>
    /// <param name="search">The search.</param>
    /// <param name="policy">One choice a layer.</param>
    /// <param name="estimate">Its additive estimate.</param>
    /// <param name="loss">Its loss in percentage points.</param>
    public static MeasuredPoint Of(PolicySearch search, ImmutableArray<int> policy, double estimate, double loss)
    {
        PolicySpace space = search.Space;
        CostVector cost = space.Costs.Total(policy.AsSpan());
        if (space.IsAdditive || space.Schedule is not { } schedule)
            return new MeasuredPoint(policy, cost, cost.Of(space.Objective), estimate, loss, true);
        ScheduleEstimate scheduled = schedule.Simulate(policy.AsSpan());
        return new MeasuredPoint(policy, cost, schedule.Of(scheduled, space.Objective), estimate, loss, true) { Schedule = scheduled };
    }
}
