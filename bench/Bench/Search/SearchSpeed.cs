using System.Diagnostics;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Statistics;
using Cim.Runtime.RandomNumbers;

namespace Cim.Bench.Search;

/// <summary>How fast a search does its two inner steps.</summary>
internal static class SearchSpeed
{
    /// <summary>Policies whose cost is added up in a second.</summary>
    public static double CostsPerSecond(PolicySearch search)
    {
        var random = new SplitMix(1);
        int[][] policies = [.. Enumerable.Range(0, 1000).Select(_ => PolicyMoves.Random(search.Space, random))];
        long start = Stopwatch.GetTimestamp(), done = 0;
        double sum = 0;
        for (; Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5; done += policies.Length)
            foreach (int[] policy in policies) sum += search.Space.Costs.Total(policy).LatencyNs;
        return sum > 0 ? done / Stopwatch.GetElapsedTime(start).TotalSeconds : 0;
    }

    /// <summary>Seconds for the whole front, and the proven optimum at the additive estimate of uniform 4 bits.</summary>
    public static double ProxySeconds(PolicySearch search, Objective objective)
    {
        long start = Stopwatch.GetTimestamp();
        UnitChoices choices = UnitChoices.Of(search.Space, search.Losses, c => c.Of(objective));
        ParetoFront front = ParetoFront.Of(choices);
        Optimum? optimum = ExactOptimum.Solve(choices, search.Losses.Total(PolicyMoves.FourBitInside(search.Space)));
        return front.Points.IsEmpty || optimum is { IsProven: false } ? double.NaN : Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
