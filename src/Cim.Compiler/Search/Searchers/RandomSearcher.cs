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
        var chosen = new List<int[]>();
        for (int draws = 0; log.Left > 0 && draws < MaxDraws; draws++)
        {
            int[] policy = PolicyMoves.Random(problem.Space, random);
            if (!problem.Fits(policy) || log.Knows(policy) || (log.Best is { } best && problem.Cost(policy) >= best.Cost)) continue;
            if (chosen.Exists(p => p.SequenceEqual(policy))) continue;
            chosen.Add(policy);
            draws = 0;
            if (chosen.Count < Math.Min(problem.Parallel, log.Left)) continue;
            log.Measure(chosen);
            chosen.Clear();
        }

        log.Measure(chosen);
    }
}
