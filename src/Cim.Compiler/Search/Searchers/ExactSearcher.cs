using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Walks the exact front of cost against the additive estimate: bisection finds the cheapest front point whose measured loss is within
/// the budget. The evaluations that are left go to <see cref="Improvement"/>.
/// </summary>
internal sealed class ExactSearcher : IPolicySearcher
{
    public string Name => "exact";

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation) =>
        ProxyWalk.Bisect(problem, log, cancellation);
}
