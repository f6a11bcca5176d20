using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// One search: first the policies that anybody could set by hand are measured, then the searcher goes its own way, and what it leaves of
/// the evaluations improves the best policy step by step. So no searcher ends above a uniform policy or where a simple descent would
/// still find something cheaper, and evaluations are left only if nothing cheaper can be within the budget.
/// </summary>
internal static class SearchRun
{
    /// <summary>Searches.</summary>
    /// <param name="searcher">What is done between start and end.</param>
    /// <param name="problem">What is searched.</param>
    /// <param name="evaluator">Measures policies.</param>
    /// <param name="progress">One report an evaluation.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static SearchResult Search(
        this IPolicySearcher searcher, SearchProblem problem, IPolicyEvaluator evaluator, IProgress<SearchProgress>? progress,
        CancellationToken cancellation)
    {
        var log = new TrialLog(problem, evaluator, progress, cancellation);
        if (!searcher.IsImproved)
        {
            searcher.Explore(problem, log, cancellation);
            return log.Result();
        }

        log.Reserved = (int)(problem.Evaluations * 0.75);
        UniformRows.Measure(problem, log);
        log.Reserved = problem.Evaluations / 3;
        searcher.Explore(problem, log, cancellation);
        log.Reserved = 0;
        Improvement.Run(problem, log, cancellation);
        return log.Result();
    }
}
