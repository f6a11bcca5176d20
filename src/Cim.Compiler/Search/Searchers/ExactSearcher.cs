using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Walks the exact front of cost against the additive estimate: bisection finds the cheapest front point whose measured loss
/// is within the budget, then the evaluations that are left try the cheapest neighbours of the best policy, those of the least
/// estimated loss for what they save first.
/// </summary>
internal sealed class ExactSearcher : IPolicySearcher
{
    public string Name => "exact";

    public SearchResult Search(
        SearchProblem problem, IPolicyEvaluator evaluator, IProgress<SearchProgress>? progress, CancellationToken cancellation)
    {
        var log = new TrialLog(problem, evaluator, progress, cancellation);
        ProxyWalk.Bisect(problem, log, cancellation);
        Descend(problem, log, cancellation);
        if (log.Best is null && log.Left > 0) log.Loss(PolicyMoves.Widest(problem.Space));
        return log.Result();
    }

    private static void Descend(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        while (log.Left > 0 && Descent.Next(problem, log) is { } next)
        {
            cancellation.ThrowIfCancellationRequested();
            log.Loss(next);
        }
    }
}
