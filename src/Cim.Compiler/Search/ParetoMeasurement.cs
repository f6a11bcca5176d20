using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>A point of the front that was measured.</summary>
/// <param name="Policy">One choice a layer.</param>
/// <param name="Cost">Its cost.</param>
/// <param name="Estimate">Its additive estimate.</param>
/// <param name="Loss">Estimated percentage points lost, on validation samples.</param>
/// <param name="IsOnFront">False if another measured point is no dearer and loses no more.</param>
internal sealed record MeasuredPoint(ImmutableArray<int> Policy, CostVector Cost, double Estimate, double Loss, bool IsOnFront);

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
        Objective objective = search.Space.Objective;
        ParetoFront front = ParetoFront.Of(UnitChoices.Of(search.Space, search.Losses, c => c.Of(objective)), cancellation: cancellation);
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
        Objective objective = search.Space.Objective;
        MeasuredPoint[] measured = [.. points.Zip(losses, (point, loss) =>
            new MeasuredPoint(point.Policy, search.Space.Costs.Total(point.Policy.AsSpan()), point.Loss, loss, true))];
        return
        [
            .. measured.Select(m => m with
            {
                IsOnFront = !measured.Any(o => o != m && o.Cost.Of(objective) <= m.Cost.Of(objective) && o.Loss <= m.Loss
                    && (o.Cost.Of(objective) < m.Cost.Of(objective) || o.Loss < m.Loss)),
            }),
        ];
    }
}
