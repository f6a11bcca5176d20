using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Trained;

/// <summary>The search of a network that will be trained: what weights and activations lose before training counts for less.</summary>
/// <param name="Relaxation">See <see cref="PolicyEvaluator.Loss"/>.</param>
/// <param name="Factor">See <see cref="AdditiveEstimate.Relaxed"/>.</param>
/// <param name="Evaluations">Policies it may measure.</param>
internal sealed record RelaxedSearch(double Relaxation, double Factor, int Evaluations)
{
    /// <summary>Searches as <see cref="PolicySearch.Run"/> does.</summary>
    /// <param name="search">The prepared search.</param>
    /// <param name="progress">One line an evaluation.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public SearchResult Run(PolicySearch search, IProgress<string>? progress, CancellationToken cancellation)
    {
        IPolicySearcher searcher = PolicySearchers.Create(search.Options.Searcher);
        SearchProblem problem = search.Problem(search.Estimate.Relaxed(Factor), Evaluations);
        var reporter = new SearchReporter(
            search, "relaxed " + searcher.Name, problem.Cost(PolicyMoves.Widest(search.Space)), null, progress);
        return searcher.Search(problem, new RelaxedEvaluator(search.Evaluator, Relaxation), reporter, cancellation);
    }

    private sealed class RelaxedEvaluator(PolicyEvaluator evaluator, double relaxation) : IPolicyEvaluator
    {
        public PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) =>
            evaluator.Loss(policy, relaxation, cancellation);

        public void Announce(IReadOnlyList<int[]> policies, CancellationToken cancellation) =>
            evaluator.Announce(policies, relaxation, cancellation);
    }
}
