using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>What all measurements of a search together say about policies that were not measured.</summary>
internal sealed class LearnedLoss
{
    /// <summary>From what a policy loses at least (99 %) to what it loses at most (95 %) are 4.2 deviations of what is believed; counts
    /// of policies that lose alike differ by about half of one.</summary>
    private const double NoiseOfInterval = 0.5 / 4.2;

    private readonly SearchProblem _problem;
    private readonly double _least;

    private LearnedLoss(SearchProblem problem, LossSurrogate surrogate, double least) =>
        (_problem, Surrogate, _least) = (problem, surrogate, least);

    /// <summary>The model of what is lost beyond the least.</summary>
    public LossSurrogate Surrogate { get; }

    /// <summary>What narrower widths may lose: the budget without what even the widest policy takes, which is how uncertain the
    /// measurement is.</summary>
    public double Budget => Math.Max(_problem.MaxLoss - _least, 0);

    /// <summary>Learns from every measured policy.</summary>
    public static LearnedLoss From(SearchProblem problem, ITrials log)
    {
        double least = Math.Clamp(log.Trials.Select(t => t.Loss).DefaultIfEmpty(0).Min(), 0, Math.Max(0, problem.MaxLoss));
        double interval = log.Trials.Select(t => t.Loss - t.Least).DefaultIfEmpty(0).Min();
        return new LearnedLoss(problem, LossSurrogate.Fit(
            [.. log.Trials.Select(t => (Estimates(problem, t.Policy.AsSpan()), t.Loss - least))], problem.Space.ActivationGroups.Length,
            problem.MaxLoss - least, NoiseOfInterval * Math.Max(0, interval)), least);
    }

    /// <summary>The additive estimate of each unit of a policy.</summary>
    public static double[] Estimates(SearchProblem problem, ReadOnlySpan<int> policy)
    {
        double[] estimates = new double[problem.Space.ActivationGroups.Length];
        for (int u = 0; u < estimates.Length; u++)
            foreach (int l in problem.Space.ActivationGroups[u]) estimates[u] += problem.Proxy[l, policy[l]];
        return estimates;
    }

    /// <summary>What a policy is expected to take of the budget.</summary>
    /// <param name="estimates">The additive estimate of each unit.</param>
    public LossGuess Guess(ReadOnlySpan<double> estimates)
    {
        LossGuess guess = Surrogate.Guess(estimates);
        return guess with { Loss = guess.Loss + _least };
    }

    /// <summary>The saving of a policy times the probability that it is within the budget.</summary>
    /// <param name="log">What is known.</param>
    /// <param name="cost">Of the policy.</param>
    /// <param name="estimates">Of each of its units.</param>
    public double ExpectedImprovement(ITrials log, double cost, ReadOnlySpan<double> estimates)
    {
        double gain = log.Best is { } best ? Math.Log(best.Cost / cost) : 1;
        return gain * Guess(estimates).ProbabilityWithin(_problem.MaxLoss);
    }

    /// <summary>The additive estimate with what was learned of each unit.</summary>
    public LossTable Table()
    {
        PolicySpace space = _problem.Space;
        int choices = space.Costs.Choices.Length;
        double[] losses = new double[space.Choices.Length * choices];
        for (int u = 0; u < space.ActivationGroups.Length; u++)
            foreach (int l in space.ActivationGroups[u])
                for (int c = 0; c < choices; c++) losses[(l * choices) + c] = Surrogate.Share(u, _problem.Proxy[l, c]);
        return new LossTable([.. losses], choices);
    }
}
