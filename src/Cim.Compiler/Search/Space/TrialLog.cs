using System.Collections.Immutable;

namespace Cim.Compiler.Search.Space;

/// <summary>Spends the evaluations of a problem, each policy once, and retains the cheapest policy within the budget.</summary>
internal sealed class TrialLog(
    SearchProblem problem, IPolicyEvaluator evaluator, IProgress<SearchProgress>? progress, CancellationToken cancellation) : ITrials
{
    private readonly Dictionary<string, double> _losses = new(StringComparer.Ordinal);
    private readonly ImmutableArray<Trial>.Builder _trials = ImmutableArray.CreateBuilder<Trial>();

    public Trial? Best { get; private set; }

    /// <summary>Every measured policy so far.</summary>
    public IReadOnlyList<Trial> Trials => _trials;

    /// <summary>Evaluations that are left for later.</summary>
    public int Reserved { get; set; }

    /// <summary>Evaluations that may still be spent; 0 when the time is over, but for the first.</summary>
    public int Left => problem.Evaluations - Reserved - _trials.Count is var left && left > 0 && _trials.Count > 0 && problem.Clock.IsOver
        ? 0
        : left;

    /// <summary>The front point of the additive estimate from which a search set out, if it did.</summary>
    public Trial? Start { get; set; }

    /// <summary>Episodes an agent has played; only reported.</summary>
    public int Episodes { get; set; }

    /// <summary>True if the policy was measured before.</summary>
    public bool Knows(ReadOnlySpan<int> policy) => _losses.ContainsKey(Key(policy));

    /// <summary>The measured loss, from memory if it is known; NaN when no evaluation is left.</summary>
    public double Loss(ReadOnlySpan<int> policy)
    {
        string key = Key(policy);
        if (_losses.TryGetValue(key, out double known)) return known;
        if (Left <= 0) return double.NaN;
        cancellation.ThrowIfCancellationRequested();
        evaluator.Announce([policy.ToArray()], cancellation);
        (double loss, double least) = evaluator.Loss(policy, cancellation);
        _losses[key] = loss;
        var trial = new Trial([.. policy], problem.Cost(policy), loss, least);
        _trials.Add(trial);
        Best = Better(problem, Best, trial);
        progress?.Report(new SearchProgress(_trials.Count, problem.Evaluations, Best) {
            Episodes = Episodes, FrontPoints = FrontPoints(), Left = problem.Clock.Left(_trials.Count, problem.Evaluations) });
        return loss;
    }

    /// <summary>Measures policies of which none was chosen by the loss of another, as far as evaluations are left.</summary>
    public void Measure(IReadOnlyCollection<int[]> policies)
    {
        int[][] measured = [.. policies.DistinctBy(p => Key(p)).Where(p => !Knows(p)).Take(Left)];
        if (measured.Length > 1) evaluator.Announce(measured, cancellation);
        foreach (int[] policy in measured) Loss(policy);
    }

    /// <summary>The better of two policies: within the budget, then cheaper, then of less loss.</summary>
    public static Trial? Better(SearchProblem problem, Trial? best, Trial trial) =>
        trial.Loss <= problem.MaxLoss && problem.Fits(trial.Policy.AsSpan())
        && (best is null || trial.Cost < best.Cost || (trial.Cost == best.Cost && trial.Loss < best.Loss)) ? trial : best;

    public SearchResult Result() => new(Best?.Policy, Best?.Loss ?? double.NaN, Best?.Cost ?? double.NaN, _trials.ToImmutable())
    {
        Episodes = Episodes,
        Start = Start,
        RanOutOfTime = problem.Clock.IsOver && _trials.Count < problem.Evaluations,
    };

    /// <summary>Measured policies no other measured one beats in both cost and loss.</summary>
    private int FrontPoints()
    {
        (int points, double least) = (0, double.PositiveInfinity);
        foreach (Trial trial in _trials.OrderBy(t => t.Cost).ThenBy(t => t.Loss))
            if (trial.Loss < least) (points, least) = (points + 1, trial.Loss);
        return points;
    }

    private static string Key(ReadOnlySpan<int> policy) => string.Join(',', policy.ToArray());
}
