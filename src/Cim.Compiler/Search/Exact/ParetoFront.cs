using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Exact;

/// <summary>A policy no other one beats in both cost and additive loss.</summary>
internal sealed record FrontPoint(ImmutableArray<int> Policy, double Cost, double Loss);

/// <summary>
/// The whole front of cost against additive loss, by dynamic programming over units with dominance. Where labels grow too many,
/// those are dropped that another one matches within a factor 1 + <see cref="Gap"/> in cost at no more loss: the front is then
/// exact to that factor, else <see cref="Gap"/> is 0.
/// </summary>
internal sealed record ParetoFront(ImmutableArray<FrontPoint> Points, double Gap)
{
    public static ParetoFront Of(UnitChoices choices, int maxLabels = 20_000, CancellationToken cancellation = default)
    {
        ImmutableArray<ImmutableArray<UnitChoice>> units = choices.Units;
        var stages = new List<(int Parent, int Choice)[]>(units.Length);
        List<(double Cost, double Loss, int Parent, int Choice)> labels = [(0, 0, -1, -1)];
        double factor = 1;
        for (int u = 0; u < units.Length; u++)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = new List<(double Cost, double Loss, int Parent, int Choice)>(labels.Count * units[u].Length);
            for (int p = 0; p < labels.Count; p++)
                for (int i = 0; i < units[u].Length; i++)
                    next.Add((labels[p].Cost + units[u][i].Cost, labels[p].Loss + units[u][i].Loss, p, i));
            next.Sort((a, b) => a.Cost != b.Cost
                ? a.Cost.CompareTo(b.Cost)
                : a.Loss != b.Loss ? a.Loss.CompareTo(b.Loss)
                : a.Parent != b.Parent ? a.Parent.CompareTo(b.Parent)
                : a.Choice.CompareTo(b.Choice));
            var kept = new List<(double Cost, double Loss, int Parent, int Choice)>();
            foreach ((double Cost, double Loss, int Parent, int Choice) label in next)
                if (kept.Count == 0 || label.Loss < kept[^1].Loss) kept.Add(label);
            for (double gap = 1e-6; kept.Count > maxLabels; gap *= 2)
            {
                List<(double Cost, double Loss, int Parent, int Choice)> thinned = Thin(kept, gap);
                if (thinned.Count > maxLabels) continue;
                kept = thinned;
                factor *= 1 + gap;
            }

            stages.Add([.. kept.Select(l => (l.Parent, l.Choice))]);
            labels = kept;
        }

        var points = ImmutableArray.CreateBuilder<FrontPoint>(labels.Count);
        int[] taken = new int[units.Length];
        for (int end = 0; end < labels.Count; end++)
        {
            for (int u = units.Length - 1, at = end; u >= 0; u--) (at, taken[u]) = stages[u][at];
            points.Add(new FrontPoint([.. choices.Policy(taken)], labels[end].Cost, labels[end].Loss));
        }

        return new ParetoFront(points.MoveToImmutable(), factor - 1);
    }

    /// <summary>Keeps, of labels within a factor in cost, the one of least loss: the dearest of them.</summary>
    private static List<(double Cost, double Loss, int Parent, int Choice)> Thin(
        List<(double Cost, double Loss, int Parent, int Choice)> labels, double gap)
    {
        var kept = new List<(double Cost, double Loss, int Parent, int Choice)>();
        for (int first = 0; first < labels.Count;)
        {
            int last = first;
            while (last + 1 < labels.Count && labels[last + 1].Cost <= labels[first].Cost * (1 + gap)) last++;
            kept.Add(labels[last]);
            first = last + 1;
        }

        return kept;
    }
}
