using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Measures what <see cref="ExactSearcher"/> does, in the same order, until a sixth of the evaluations in a row has found nothing cheaper:
/// bisection along the exact front, then <see cref="Improvement"/>. So with as many evaluations it is never behind where that search comes
/// to a halt. From there on every second evaluation also considers what an agent visits (<see cref="AgentProposals"/>) and what
/// <see cref="Recombination"/> makes of the best measured policies; once that finds something cheaper it begins anew.
/// </summary>
internal sealed class RlSearcher : IPolicySearcher
{
    /// <summary>The part of the evaluations that may find nothing cheaper before the agent takes part.</summary>
    private const double Patience = 1.0 / 6;

    public string Name => "rl";

    /// <summary>Whether the best measured policies are played again; false only to see what that is worth.</summary>
    public bool Replays { get; init; } = true;

    /// <summary>Whether the best measured policies are recombined; false only to see what that is worth.</summary>
    public bool Recombines { get; init; } = true;

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        ProxyWalk.Bisect(problem, log, cancellation);
        log.Reserved = 0; // What every search ends with is part of what follows.
        int patience = Math.Max(1, (int)(problem.Evaluations * Patience));
        AgentProposals? agent = null;
        var recombination = new Recombination(problem);
        try
        {
            for (bool isAgents = false; log.Left > 0;)
            {
                isAgents = !isAgents && SinceBest(log) >= patience;
                if (isAgents) agent ??= new AgentProposals(problem, log) { Replays = Replays };
                List<int[]> proposals = isAgents ? agent!.Next(log, cancellation) : [];
                if (isAgents && Recombines) proposals.AddRange(recombination.Of(log));
                if (Improvement.Several(problem, log, proposals, cancellation) is not { Count: > 0 } next) break;
                log.Measure(next);
            }
        }
        finally
        {
            agent?.Dispose();
        }
    }

    /// <summary>Evaluations since the cheapest policy within the budget was measured; all, if none is.</summary>
    private static int SinceBest(TrialLog log)
    {
        for (int i = log.Trials.Count - 1; i >= 0; i--)
            if (ReferenceEquals(log.Trials[i], log.Best)) return log.Trials.Count - 1 - i;
        return log.Trials.Count;
    }
}
