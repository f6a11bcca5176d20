using Cim.Runtime;
using static System.FormattableString;

namespace Cim.Bench.Zoo;

/// <summary>What all rows together say.</summary>
/// <param name="rows">The rows.</param>
/// <param name="budget">Of each search, in points.</param>
internal sealed class ZooSummary(IReadOnlyList<ZooRow> rows, double budget)
{
    private const double Tolerance = 1e-9, NearlyAsGood = 0.95, TargetSeconds = 120;

    /// <summary>A list for a result.</summary>
    public IEnumerable<string> Lines()
    {
        List<(ZooRow Own, double Others)> compared = [.. Compared()];
        if (compared.Count > 0)
        {
            yield return Share(
                "`rl` at least as fast as the best other searcher, by run", compared, c => c.Own.Ratio >= c.Others - Tolerance);
            yield return Share("`rl` at least 0.95 of it", compared, c => c.Own.Ratio >= NearlyAsGood * c.Others);
            var decided = compared.Where(c => !c.Own.Says(ErrorCodes.SamplesDecideNothing)).ToArray();
            yield return Share(
                "The first, where the samples decide (no CIM3017)", decided, c => c.Own.Ratio >= c.Others - Tolerance);
            yield return Share("The second, where the samples decide", decided, c => c.Own.Ratio >= NearlyAsGood * c.Others);
        }

        foreach (string other in ZooSearchers.Names.Where(name => name != "rl"))
            if (AgainstRl(other) is { } line) yield return line;

        ZooRow[] alone = [.. rows.Where(row => !row.IsChecked)], searched = [.. alone.Where(row => row.Searcher == "rl")];
        yield return Share("At least as fast as the best uniform row", alone, row => row.Ratio >= row.UniformRatio - Tolerance);
        if (searched.Length > 0)
        {
            yield return Invariant($"- Mean regret of `rl` against the best known that keeps its budget: ")
                + Invariant($"{100 * searched.Select(Regret).Average():F1} %");
            foreach (IGrouping<string, ZooRow> profile in searched.GroupBy(row => row.Profile))
                yield return Invariant($"- Geometric mean over w8a8 of `rl` on `{profile.Key}`: ")
                    + Invariant($"{Math.Exp(profile.Average(row => Math.Log(row.Ratio))):F2}x of {profile.Count()} runs");
        }

        foreach (bool isChecked in new[] { false, true })
        {
            ZooRow[] some = [.. rows.Where(row => row.IsChecked == isChecked)], accepted = [.. some.Where(row => row.IsAccepted)];
            if (some.Length == 0) continue;
            string given = isChecked ? "with evaluation samples" : "without evaluation samples";
            yield return Share($"Accepted as within the budget without reservation, {given}", some, row => row.IsAccepted)
                + $"; the samples decide nothing (CIM3017) in {Told(ErrorCodes.SamplesDecideNothing)}, nothing keeps the budget (CIM3012) "
                + $"in {Told(ErrorCodes.SearchFoundNothing)}, missed on evaluation samples (CIM3002) in "
                + $"{Told(ErrorCodes.AccuracyBudgetMissed)}";
            foreach (bool isKnown in new[] { false, true })
            {
                ZooRow[] part = [.. accepted.Where(row => ZooNetworks.KnowsItsCalibration(row.Network) == isKnown)];
                if (part.Length == 0) continue;
                string whose = isKnown ? "calibrated on samples the float network was trained on" : "calibrated on others";
                yield return Share(
                    $"Of those accepted, {whose}: within the budget on unseen samples", part, row => row.Unseen.IsWithin(budget));
                yield return Share(
                    $"Of those accepted, {whose}: not beyond it by more than chance (95 %)", part, row => !row.Unseen.IsBeyond(budget));
            }

            yield return Share("Of all, not beyond it by more than chance", some, row => !row.Unseen.IsBeyond(budget));

            string Told(string code) => Invariant($"{some.Count(row => row.Says(code))}");
        }

        ZooRow[] cold = [.. rows.Where(row => row.IsCold)];
        if (cold.Length > 0)
            yield return Share("Time at most 2 minutes where nothing was measured before", cold, row => row.Seconds <= TargetSeconds)
                + Invariant($"; {cold.Average(row => row.ProcessorSeconds):F0} s of processors in the mean, at most ")
                + Invariant($"{cold.Max(row => row.ProcessorSeconds):F0}");
    }

    /// <summary>By how much the best known policy of the network and profile that keeps its budget is faster.</summary>
    public double Regret(ZooRow row)
    {
        double best = rows.Where(r => r.Network == row.Network && r.Profile == row.Profile && r.Unseen.IsWithin(budget))
            .Select(r => r.Ratio).DefaultIfEmpty(row.Ratio).Max();
        return Math.Max(0, (best / row.Ratio) - 1);
    }

    private IEnumerable<(ZooRow Own, double Others)> Compared() =>
        from own in rows
        where own is { Searcher: "rl", IsChecked: false }
        let others = rows.Where(r => r.Network == own.Network && r.Profile == own.Profile && !r.IsChecked
            && (r.Seed == own.Seed || !ZooSearchers.IsRandom(r.Searcher)) && r.Searcher is "exact" or "evolutionary" or "random").ToArray()
        where others.Length > 0
        select (own, others.Max(r => r.Ratio));

    /// <summary>What another searcher, or <c>rl</c> without a part of it, comes to on the same networks, profiles and seeds.</summary>
    private string? AgainstRl(string searcher)
    {
        (ZooRow Own, ZooRow Other)[] pairs = [..
            from own in rows
            where own is { Searcher: "rl", IsChecked: false }
            from other in rows
            where other.Searcher == searcher && !other.IsChecked && other.Network == own.Network && other.Profile == own.Profile
                && (other.Seed == own.Seed || !ZooSearchers.IsRandom(searcher))
            select (own, other)];
        if (pairs.Length == 0) return null;
        double mean = Math.Exp(pairs.Average(p => Math.Log(p.Other.Ratio / p.Own.Ratio)));
        return Invariant($"- `{searcher}` against `rl`: {mean:F3} of its ratio in the geometric mean of {pairs.Length} runs; better in ")
            + Invariant($"{pairs.Count(p => p.Other.Ratio > p.Own.Ratio + Tolerance)}, worse in ")
            + Invariant($"{pairs.Count(p => p.Other.Ratio < p.Own.Ratio - Tolerance)}");
    }

    private static string Share<T>(string what, IReadOnlyCollection<T> all, Func<T, bool> holds)
    {
        int count = all.Count(holds);
        return Invariant($"- {what}: {count} of {all.Count} ({100.0 * count / Math.Max(1, all.Count):F1} %)");
    }
}
