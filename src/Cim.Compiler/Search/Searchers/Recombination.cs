using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Policies between the best measured ones: each group of layers takes the choices of one of two of them, and about one and a half groups
/// are drawn anew (uniform crossover and mutation). The neighbours of the best policy alone leave out what is two good ideas away.
/// </summary>
internal sealed class Recombination(SearchProblem problem)
{
    /// <summary>Policies to choose from, and policies made of them at a time.</summary>
    private const int Parents = 8, Children = 200;

    /// <summary>Groups drawn anew.</summary>
    private const double Redrawn = 1.5;

    /// <summary>What a policy may take of the budget, in units of it, to be a parent, and the weight of what is beyond it against the
    /// logarithm of its cost.</summary>
    private const double MostLoss = 1.5, BeyondBudget = 1.5;

    private readonly SplitMix _random = new(problem.Seed ^ 0x52_45);

    /// <summary>Policies made of those measured so far; none as long as fewer than two are near the budget.</summary>
    public IEnumerable<int[]> Of(TrialLog log)
    {
        Trial[] parents = [
            .. log.Trials.Where(t => t.Loss <= MostLoss * problem.MaxLoss && problem.Fits(t.Policy.AsSpan())).OrderBy(Rank).Take(Parents)];
        for (int child = 0; parents.Length > 1 && child < Children; child++)
            yield return Mutated(Crossed(parents[_random.Next(parents.Length)], parents[_random.Next(parents.Length)]));
    }

    private double Rank(Trial trial) =>
        Math.Log(trial.Cost) + (problem.MaxLoss > 0 ? BeyondBudget * Math.Max(0, (trial.Loss / problem.MaxLoss) - 1) : 0);

    private int[] Crossed(Trial a, Trial b)
    {
        int[] child = [.. a.Policy];
        foreach (var group in problem.Space.ActivationGroups)
            if (_random.Next(2) == 0)
                foreach (int l in group) child[l] = b.Policy[l];
        return child;
    }

    private int[] Mutated(int[] policy)
    {
        int groups = problem.Space.ActivationGroups.Length;
        for (int g = 0; g < groups; g++)
            if (_random.NextDouble() < Redrawn / groups) PolicyMoves.Redraw(problem.Space, g, policy, _random);
        return policy;
    }
}
