using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// What was measured, and beside it what is expected of policies that are still to be measured: of several that are chosen before the
/// first is measured, each is chosen as if the expectation of those before it had come true (Ginsbourger, Le Riche and Carraro, "Kriging
/// is well-suited to parallelize optimization", 2010).
/// </summary>
/// <param name="problem">What is searched.</param>
/// <param name="measured">What is known.</param>
internal sealed class ExpectedTrials(SearchProblem problem, ITrials measured) : ITrials
{
    private readonly List<Trial> _trials = [.. measured.Trials];
    private readonly List<int[]> _expected = [];

    /// <inheritdoc/>
    public IReadOnlyList<Trial> Trials => _trials;

    /// <inheritdoc/>
    public Trial? Best { get; private set; } = measured.Best;

    /// <inheritdoc/>
    public bool Knows(ReadOnlySpan<int> policy)
    {
        foreach (int[] expected in _expected)
            if (policy.SequenceEqual(expected)) return true;
        return measured.Knows(policy);
    }

    /// <summary>Adds a policy with the loss that is expected of it.</summary>
    public void Expect(int[] policy)
    {
        double loss = LearnedLoss.From(problem, this).Guess(LearnedLoss.Estimates(problem, policy)).Loss;
        // An expectation rules nothing out.
        var trial = new Trial([.. policy], problem.Cost(policy), loss, double.NegativeInfinity);
        _trials.Add(trial);
        _expected.Add(policy);
        Best = TrialLog.Better(problem, Best, trial);
    }
}
