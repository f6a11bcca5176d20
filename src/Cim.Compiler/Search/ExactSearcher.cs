using System.Collections.Immutable;

namespace Cim.Compiler.Search;

/// <summary>
/// Walks the exact front of cost against the additive estimate: bisection finds the cheapest front point whose measured loss
/// is within the budget, then the evaluations that are left try the cheapest neighbours of the best policy, those of the least
/// estimated loss for what they save first.
/// </summary>
internal sealed class ExactSearcher : IPolicySearcher
{
    public string Name => "exact";

    public SearchResult Search(SearchProblem problem, IPolicyEvaluator evaluator, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        var log = new TrialLog(problem, evaluator, progress, cancellation);
        ProxyWalk.Bisect(problem, log, cancellation);
        Descend(problem, log, cancellation);
        if (log.Best is null && log.Left > 0) log.Loss(PolicyMoves.Widest(problem.Space));
        return log.Result();
    }

    private static void Descend(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        while (log.Left > 0 && log.Best is { } best)
        {
            cancellation.ThrowIfCancellationRequested();
            int[]? next = Neighbours(problem, best.Policy).Where(n => !log.Knows(n.Policy) && problem.Fits(n.Policy) && !IsHopeless(problem, log, n.Policy))
                .OrderBy(n => n.Harm).Select(n => n.Policy).FirstOrDefault();
            if (next is null) return;
            log.Loss(next);
        }
    }

    /// <summary>True if a policy that is nowhere narrower was measured and lost too much: fewer bits do not lose less, but for luck.</summary>
    private static bool IsHopeless(SearchProblem problem, TrialLog log, int[] policy)
    {
        ImmutableArray<Precision> choices = problem.Space.Costs.Choices;
        foreach (Trial trial in log.Trials)
        {
            if (trial.Loss <= problem.MaxLoss) continue;
            bool wider = true;
            for (int l = 0; l < policy.Length && wider; l++) wider = choices[trial.Policy[l]].IsAtLeast(choices[policy[l]]);
            if (wider) return true;
        }

        return false;
    }

    /// <summary>
    /// Cheaper policies one or two groups away: a group takes a cheaper item; or one takes a cheaper and another a dearer item
    /// and together they save. Harm is estimated loss for each unit saved.
    /// </summary>
    private static List<(int[] Policy, double Harm)> Neighbours(SearchProblem problem, ImmutableArray<int> policy)
    {
        Items items = Items.Of(problem.Space, problem.Proxy, ProxyWalk.CostOf(problem));
        var moves = new List<(int Group, Item Item, double Cost, double Loss)>();
        for (int g = 0; g < items.Units.Length; g++)
        {
            (double cost, double loss) = (0, 0);
            foreach (int l in problem.Space.ActivationGroups[g])
                (cost, loss) = (cost + ProxyWalk.CostOf(problem)(problem.Space.Costs[l, policy[l]]), loss + problem.Proxy[l, policy[l]]);
            foreach (Item item in items.Units[g])
                if (item.Cost != cost) moves.Add((g, item, item.Cost - cost, item.Loss - loss));
        }

        var result = new List<(int[] Policy, double Harm)>();
        foreach (var down in moves.Where(m => m.Cost < 0))
        {
            result.Add((Apply(down), down.Loss / -down.Cost));
            foreach (var up in moves.Where(m => m.Cost > 0 && m.Group != down.Group && m.Cost + down.Cost < 0))
                result.Add((Apply(down, up), (down.Loss + up.Loss) / -(down.Cost + up.Cost)));
        }

        return result;

        int[] Apply(params ReadOnlySpan<(int Group, Item Item, double Cost, double Loss)> changes)
        {
            int[] changed = [.. policy];
            foreach ((int group, Item item, _, _) in changes)
                for (int i = 0; i < item.Choices.Length; i++) changed[problem.Space.ActivationGroups[group][i]] = item.Choices[i];
            return changed;
        }
    }
}
