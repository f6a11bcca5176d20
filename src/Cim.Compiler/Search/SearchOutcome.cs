using System.Collections.Immutable;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>What a search came to: its policy, and beside it what can be had without a search.</summary>
/// <param name="search">The search.</param>
/// <param name="problem">What was searched.</param>
/// <param name="result">What the searcher found.</param>
internal sealed class SearchOutcome(PolicySearch search, SearchProblem problem, SearchResult result)
{
    private const double LossOfNext = 2.0 / 3;

    /// <summary>More than a hundred times the samples are no advice.</summary>
    private const double MostRoot = 10;

    private readonly PolicySpace _space = search.Space;
    private readonly PolicySearchOptions _options = search.Options;
    private readonly int[] _widest = PolicyMoves.Widest(search.Space);

    /// <summary>Measures the baselines, and puts everything together.</summary>
    public SearchSummary Summarize(string searcher, CancellationToken cancellation)
    {
        (int[] best, bool isWithinBudget) = result.Policy is { } found ? ([.. found], true) : Best(cancellation);
        if (result.Policy is null && _options.PolicyOutput is { } path) PolicyFile.Write(_space.ToPolicy(best), path);
        Optimum? optimum = !_space.IsAdditive ? null
            : ExactOptimum.Solve(
                UnitChoices.Of(_space, search.Losses, c => c.Of(_options.Objective)), search.Losses.Total(best) * (1 + 1e-12),
                cancellation: cancellation);
        return new SearchSummary
        {
            Searcher = searcher,
            Policy = _space.ToPolicy(best),
            IsWithinBudget = isWithinBudget,
            LeastArrays = LeastArrays(),
            LossFitsMoreArrays = !isWithinBudget && (result.Trials.Any(t => t.Loss <= problem.MaxLoss)
                || search.Measure(_widest, cancellation).BudgetPoints <= problem.MaxLoss),
            ValidationLoss = search.Measure(best, cancellation).LossPoints,
            Evidence = Evidence(cancellation),
            FloatOnSamples = search.Network.Comparison.FloatAccuracy,
            Wider = Wider(best),
            Evaluations = result.Trials.Length,
            Episodes = result.Episodes,
            RanOutOfTime = result.RanOutOfTime,
            ProxyStart = result.Start is { } start ? BaselineOf(start.Policy.AsSpan(), cancellation) : null,
            Seconds = _options.Clock.Elapsed.TotalSeconds,
            Log10Policies = _space.Log10Size,
            Chosen = _space.Costs.Total(best),
            Eight = BaselineOf(_widest, cancellation),
            Four = BaselineOf(PolicyMoves.FourBitInside(_space), cancellation),
            ProxyOptimum = optimum?.Cost,
            ProxyOptimumIsProven = optimum?.IsProven ?? false,
            Trials = result.Trials,
            Proxies = search.Proxy.Proxies,
            Proxy = search.Proxy.Name,
        };
    }

    private BudgetEvidence Evidence(CancellationToken cancellation)
    {
        Distance eight = search.Measure(_widest, cancellation);
        int samples = search.Network.Source.Data.Validation.Count;
        double room = _options.MaxLoss - eight.LossPoints, margin = eight.BudgetPoints - eight.LossPoints;
        if (margin <= room || room < 0) return new BudgetEvidence(samples, null, true, null);
        // The margin of a paired test falls with the root of the samples; without labels it does not.
        bool isCounted = search.Network.Comparison.FloatAccuracy is not null && room > margin / MostRoot;
        return new BudgetEvidence(
            samples, isCounted ? (int)Math.Ceiling(samples * Math.Pow(margin / room, 2)) : null, false, eight.LossPoints);
    }

    // Each loses at most two thirds of what the one before loses.
    private ImmutableArray<WiderPolicy> Wider(int[] best)
    {
        double cost = problem.Cost(best), loss = result.Loss;
        var wider = ImmutableArray.CreateBuilder<WiderPolicy>();
        foreach (Trial trial in result.Trials.Where(t => t.Cost > cost && problem.Fits(t.Policy.AsSpan())).OrderBy(t => t.Cost))
        {
            bool isWidest = trial.Policy.AsSpan().SequenceEqual(_widest);
            if (!isWidest && !(trial.Loss <= loss * LossOfNext)) continue;
            wider.Add(new WiderPolicy(_space.ToPolicy(trial.Policy.AsSpan()), _space.Costs.Total(trial.Policy.AsSpan()), trial.Loss));
            loss = trial.Loss;
            if (isWidest) break;
        }

        return wider.ToImmutable();
    }

    // A search that found nothing, perhaps for lack of time, has still measured policies, and the widest takes one measurement more.
    private (int[] Policy, bool IsWithinBudget) Best(CancellationToken cancellation)
    {
        double loss = search.Measure(_widest, cancellation).BudgetPoints;
        if (loss <= problem.MaxLoss && problem.Fits(_widest)) return (_widest, true);
        Trial? least = result.Trials.Where(t => problem.Fits(t.Policy.AsSpan())).MinBy(t => t.Loss);
        return least is not null && (least.Loss < loss || !problem.Fits(_widest))
            ? ([.. least.Policy], least.Loss <= problem.MaxLoss)
            : (_widest, false);
    }

    // Layers of one activation group choose their weights, and so their arrays, freely.
    private long LeastArrays() =>
        Enumerable.Range(0, _space.Choices.Length).Sum(s => _space.Choices[s].Min(c => _space.Costs[s, c].Arrays));

    private SearchBaseline BaselineOf(ReadOnlySpan<int> policy, CancellationToken cancellation) =>
        new(_space.Costs.Total(policy), search.Measure(policy, cancellation).LossPoints) { Policy = _space.ToPolicy(policy) };
}
