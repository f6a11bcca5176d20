using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>The same bits in every layer, cheapest first: the baseline everyone can set by hand.</summary>
internal sealed class UniformSearcher : IPolicySearcher
{
    public string Name => "uniform";

    public bool IsImproved => false;

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        foreach (int[][] policies in problem.Space.Costs.Choices
            .Select(c => PolicyMoves.Nearest(problem.Space, c))
            .Where(p => problem.Fits(p))
            .OrderBy(p => problem.Cost(p))
            .Chunk(problem.Parallel))
        {
            log.Measure(policies);
            if (log.Best is not null || log.Left == 0) break; // What follows costs more.
        }
    }
}
