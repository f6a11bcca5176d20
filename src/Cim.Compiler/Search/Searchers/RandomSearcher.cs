using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Policies drawn uniformly; evaluations are spent only on those that would be an improvement if they pass. The baseline
/// any cleverer searcher has to beat at the same number of evaluations.
/// </summary>
internal sealed class RandomSearcher : IPolicySearcher
{
    private const int MaxDraws = 10_000;

    public string Name => "random";

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        var random = new SplitMix(problem.Seed);
        for (int draws = 0; log.Left > 0 && draws < MaxDraws; draws++)
        {
            int[] policy = PolicyMoves.Random(problem.Space, random);
            if (!problem.Fits(policy) || log.Knows(policy) || (log.Best is { } best && problem.Cost(policy) >= best.Cost)) continue;
            log.Loss(policy);
            draws = 0;
        }
    }
}
