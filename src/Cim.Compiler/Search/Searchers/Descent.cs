using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>Steps from the best policy so far to a cheaper one, those of the least estimated loss for what they save first.</summary>
internal static class Descent
{
    /// <summary>The next policy to measure; null if every step was measured or is hopeless, or there is nothing to set out from.</summary>
    public static int[]? Next(SearchProblem problem, TrialLog log) => log.Best is not { } best ? null
        : Neighbours(problem, best.Policy).Where(n => !log.Knows(n.Policy) && problem.Fits(n.Policy) && !IsHopeless(problem, log, n.Policy))
            .OrderBy(n => n.Rate).Select(n => n.Policy).FirstOrDefault();

    /// <summary>True if a policy that is nowhere narrower was measured and lost too much: fewer bits do not lose less, except by
    /// chance.</summary>
    public static bool IsHopeless(SearchProblem problem, TrialLog log, int[] policy)
    {
        ImmutableArray<LayerBits> choices = problem.Space.Costs.Choices;
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
    /// Cheaper policies one or two groups away: a group takes a cheaper choice; or one takes a cheaper and another a dearer choice
    /// and together they save. The rate is estimated loss for each unit saved.
    /// </summary>
    private static List<(int[] Policy, double Rate)> Neighbours(SearchProblem problem, ImmutableArray<int> policy)
    {
        UnitChoices choices = UnitChoices.Of(problem.Space, problem.Proxy, ProxyWalk.CostOf(problem));
        var moves = new List<(int Group, UnitChoice Choice, double Cost, double Loss)>();
        for (int g = 0; g < choices.Units.Length; g++)
        {
            (double cost, double loss) = (0, 0);
            foreach (int l in problem.Space.ActivationGroups[g])
                (cost, loss) = (cost + ProxyWalk.CostOf(problem)(problem.Space.Costs[l, policy[l]]), loss + problem.Proxy[l, policy[l]]);
            foreach (UnitChoice choice in choices.Units[g])
                if (choice.Cost != cost) moves.Add((g, choice, choice.Cost - cost, choice.Loss - loss));
        }

        var result = new List<(int[] Policy, double Rate)>();
        foreach (var down in moves.Where(m => m.Cost < 0))
        {
            result.Add((Apply(down), down.Loss / -down.Cost));
            foreach (var up in moves.Where(m => m.Cost > 0 && m.Group != down.Group && m.Cost + down.Cost < 0))
                result.Add((Apply(down, up), (down.Loss + up.Loss) / -(down.Cost + up.Cost)));
        }

        return result;

        int[] Apply(params ReadOnlySpan<(int Group, UnitChoice Choice, double Cost, double Loss)> changes)
        {
            int[] changed = [.. policy];
            foreach ((int group, UnitChoice choice, _, _) in changes)
                for (int i = 0; i < choice.Choices.Length; i++) changed[problem.Space.ActivationGroups[group][i]] = choice.Choices[i];
            return changed;
        }
    }
}
