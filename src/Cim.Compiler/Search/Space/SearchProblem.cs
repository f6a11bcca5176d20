using System.Collections.Immutable;
using Cim.Compiler.Evaluation;

namespace Cim.Compiler.Search.Space;

/// <summary>What is searched: the cheapest policy of a space whose measured loss stays within a budget.</summary>
/// <param name="Space">Useful choices and their cost.</param>
/// <param name="Proxy">The additive estimate that guides searchers.</param>
/// <param name="MaxLoss">Percentage points of accuracy that may be lost.</param>
/// <param name="MaxArrays">Arrays available; <see cref="long.MaxValue"/> = no limit.</param>
/// <param name="Evaluations">How often the evaluator may be asked; the same for every searcher that is compared.</param>
/// <param name="Seed">Of everything random.</param>
internal sealed record SearchProblem(PolicySpace Space, LossTable Proxy, double MaxLoss, long MaxArrays, int Evaluations, ulong Seed)
{
    /// <summary>Ends the search early; no limit by default.</summary>
    public SearchClock Clock { get; init; } = new(null);

    /// <summary>Policies that are chosen before the first of them is measured, at most: so many can be measured at a time.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>The number to minimise.</summary>
    public double Cost(ReadOnlySpan<int> policy) => Space.Cost(policy);

    /// <summary>True if the arrays suffice.</summary>
    public bool Fits(ReadOnlySpan<int> policy) => MaxArrays == long.MaxValue || Space.Costs.Total(policy).Arrays <= MaxArrays;
}

/// <summary>What a measurement says of a policy.</summary>
/// <param name="Points">Percentage points of the budget it takes.</param>
/// <param name="Least">Those it takes in any case: a policy that misses the budget by chance is below it here.</param>
internal readonly record struct PolicyLoss(double Points, double Least);

/// <summary>Measures policies: the only measure of accuracy. Asking twice about a policy costs nothing.</summary>
internal interface IPolicyEvaluator
{
    /// <summary>What a policy loses.</summary>
    PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation);

    /// <summary>Says which policies will be asked about next, whatever the answers are.</summary>
    /// <param name="policies">One choice a layer each.</param>
    /// <param name="cancellation">Checked throughout.</param>
    void Announce(IReadOnlyList<int[]> policies, CancellationToken cancellation)
    {
        // Nothing is gained by it where one is measured after the other.
    }
}

/// <summary>What a searcher has found so far.</summary>
internal sealed record SearchProgress(int Evaluation, int Evaluations, Trial? Best)
{
    /// <summary>Episodes played by an agent; 0 for searches without one.</summary>
    public int Episodes { get; init; }

    /// <summary>Measured policies no other measured one beats.</summary>
    public int FrontPoints { get; init; }

    /// <summary>Time that is probably left.</summary>
    public TimeSpan Left { get; init; }
}

/// <summary>The outcome of a search.</summary>
/// <param name="Policy">One choice a layer; null if no policy within the budget was found.</param>
/// <param name="Loss">Percentage points of the budget it takes, measured.</param>
/// <param name="Cost">Its cost in the objective.</param>
/// <param name="Trials">Every measured policy, in order.</param>
internal sealed record SearchResult(ImmutableArray<int>? Policy, double Loss, double Cost, ImmutableArray<Trial> Trials)
{
    public int Episodes { get; init; }

    /// <summary>The exact optimum of the additive problem from which the search set out, if it did.</summary>
    public Trial? Start { get; init; }

    /// <summary>True if the clock stopped the search before its evaluations were spent.</summary>
    public bool RanOutOfTime { get; init; }
}

/// <summary>One measured policy: its cost, the percentage points of the budget it takes, and those it takes in any case.</summary>
internal sealed record Trial(ImmutableArray<int> Policy, double Cost, double Loss, double Least);

/// <summary>A way to search. All of them see the same problem, evaluator and number of evaluations.</summary>
internal interface IPolicySearcher
{
    string Name { get; }

    /// <summary>False if nothing is measured before it and nothing improved after it.</summary>
    bool IsImproved => true;

    /// <summary>Spends evaluations on policies; what is measured before and after is the same for all (<c>SearchRun</c>).</summary>
    /// <param name="problem">What is searched.</param>
    /// <param name="log">Measures policies, as long as evaluations are left.</param>
    /// <param name="cancellation">Checked throughout.</param>
    void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation);
}
