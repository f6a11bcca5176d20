using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Exact;

/// <summary>The optimum of the additive problem.</summary>
/// <param name="Policy">One choice a layer.</param>
/// <param name="Cost">Its cost.</param>
/// <param name="Loss">Its additive loss, at most the budget.</param>
/// <param name="LowerBound">No policy within the budget costs less. Equal to <paramref name="Cost"/> if proven.</param>
/// <param name="IsProven">True if the optimum is proven, false if the number of labels ran out.</param>
/// <param name="Labels">Labels the search looked at.</param>
internal sealed record Optimum(ImmutableArray<int> Policy, double Cost, double Loss, double LowerBound, bool IsProven, long Labels);

/// <summary>
/// Minimises the cost under a budget on the loss: a multiple-choice knapsack. Lagrangian relaxation gives a feasible policy
/// and a lower bound; dynamic programming over units with dominance, pruned by that bound, then finds the optimum and proves
/// it, because every label that is dropped is dominated or cannot lead below the best policy known.
/// </summary>
internal static class ExactOptimum
{
    private const int Bisections = 100;

    /// <summary>Solves the problem; null if even the smallest loss exceeds the budget.</summary>
    /// <param name="choices">The units.</param>
    /// <param name="budget">The loss allowed.</param>
    /// <param name="maxLabels">Labels kept at a unit, at most.</param>
    /// <param name="cancellation">Checked at every unit.</param>
    public static Optimum? Solve(UnitChoices choices, double budget, int maxLabels = 1 << 20, CancellationToken cancellation = default)
    {
        ImmutableArray<ImmutableArray<UnitChoice>> units = choices.Units;
        double[] leastLossAfter = new double[units.Length + 1];
        for (int u = units.Length - 1; u >= 0; u--) leastLossAfter[u] = leastLossAfter[u + 1] + units[u][^1].Loss;
        if (leastLossAfter[0] > budget) return null;

        (int[] best, double multiplier) = Relax(units, budget);
        (double bestCost, double bestLoss) = Total(units, best);
        double[] relaxedAfter = new double[units.Length + 1];
        for (int u = units.Length - 1; u >= 0; u--)
            relaxedAfter[u] = relaxedAfter[u + 1] + units[u].Min(i => i.Cost + (multiplier * i.Loss));
        double lowerBound = relaxedAfter[0] - (multiplier * budget);

        // Labels of a unit: (cost, loss) of a partial policy, where it came from, and the choice it took.
        var stages = new List<(int Parent, int Choice)[]>(units.Length);
        List<(double Cost, double Loss, int Parent, int Choice)> labels = [(0, 0, -1, -1)];
        (long seen, bool proven) = (0, true);
        for (int u = 0; u < units.Length; u++)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = new List<(double Cost, double Loss, int Parent, int Choice)>();
            for (int p = 0; p < labels.Count; p++)
                for (int i = 0; i < units[u].Length; i++)
                {
                    double cost = labels[p].Cost + units[u][i].Cost, loss = labels[p].Loss + units[u][i].Loss;
                    seen++;
                    if (loss + leastLossAfter[u + 1] > budget) continue;
                    if (cost + (multiplier * loss) + relaxedAfter[u + 1] - (multiplier * budget) >= bestCost * (1 - 1e-12)) continue;
                    next.Add((cost, loss, p, i));
                }

            next.Sort((a, b) => a.Cost != b.Cost
                ? a.Cost.CompareTo(b.Cost)
                : a.Loss != b.Loss ? a.Loss.CompareTo(b.Loss)
                : a.Parent != b.Parent ? a.Parent.CompareTo(b.Parent)
                : a.Choice.CompareTo(b.Choice));
            var kept = new List<(double Cost, double Loss, int Parent, int Choice)>();
            foreach ((double Cost, double Loss, int Parent, int Choice) label in next)
                if (kept.Count == 0 || label.Loss < kept[^1].Loss) kept.Add(label);
            if (kept.Count > maxLabels)
            {
                kept.RemoveRange(maxLabels, kept.Count - maxLabels);
                proven = false;
            }

            stages.Add([.. kept.Select(l => (l.Parent, l.Choice))]);
            labels = kept;
            if (labels.Count == 0) break; // Nothing can beat the policy of the relaxation.
        }

        if (labels.Count > 0 && stages.Count == units.Length) // Cheapest first, and all within the budget.
        {
            (bestCost, bestLoss) = (labels[0].Cost, labels[0].Loss);
            for (int u = units.Length - 1, at = 0; u >= 0; u--) (at, best[u]) = stages[u][at];
        }

        return new Optimum([.. choices.Policy(best)], bestCost, bestLoss, proven ? bestCost : Math.Min(lowerBound, bestCost), proven, seen);
    }

    private static (int[] Choices, double Multiplier) Relax(ImmutableArray<ImmutableArray<UnitChoice>> units, double budget)
    {
        (double low, double high) = (0, 1);
        if (Total(units, Take(units, 0)).Loss <= budget) return (Take(units, 0), 0);
        while (high < 1e300 && Total(units, Take(units, high)).Loss > budget) high *= 4;
        for (int i = 0; i < Bisections; i++)
        {
            double middle = low + ((high - low) / 2);
            if (Total(units, Take(units, middle)).Loss > budget) low = middle;
            else high = middle;
        }

        int[] choices = Take(units, high);
        // No finite multiplier may reach a budget that equals the least loss: then that is the policy.
        return Total(units, choices).Loss <= budget ? (choices, high) : ([.. units.Select(u => u.Length - 1)], high);
    }

    private static int[] Take(ImmutableArray<ImmutableArray<UnitChoice>> units, double multiplier)
    {
        int[] choices = new int[units.Length];
        for (int u = 0; u < units.Length; u++)
        {
            double least = double.PositiveInfinity;
            for (int i = 0; i < units[u].Length; i++) // Ties go to the smaller loss, which comes later.
                if (units[u][i].Cost + (multiplier * units[u][i].Loss) is var value && value <= least) (least, choices[u]) = (value, i);
        }

        return choices;
    }

    private static (double Cost, double Loss) Total(ImmutableArray<ImmutableArray<UnitChoice>> units, int[] choices)
    {
        (double cost, double loss) = (0, 0);
        for (int u = 0; u < units.Length; u++) (cost, loss) = (cost + units[u][choices[u]].Cost, loss + units[u][choices[u]].Loss);
        return (cost, loss);
    }
}
