using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search;

/// <summary>
/// Searches the precision of every layer: a searcher spends its evaluations of the fake-quantized network on validation samples. Made by
/// <see cref="SearchPreparation"/>.
/// </summary>
internal sealed class PolicySearch(PolicySearchOptions options, HardwareProfile hardware, PolicyNetwork network)
    : IDisposable, IPolicyEvaluator
{
    /// <summary>What is searched.</summary>
    public PolicySearchOptions Options { get; } = options;

    /// <summary>The machine searched for.</summary>
    public HardwareProfile Hardware { get; } = hardware;

    /// <summary>The network whose widths can be set, with the float network and the samples.</summary>
    public PolicyNetwork Network { get; } = network;

    /// <summary>Measures policies.</summary>
    public required PolicyEvaluator Evaluator { get; init; }

    /// <summary>The additive estimate of the loss increase.</summary>
    public required AdditiveEstimate Estimate { get; init; }

    /// <summary>How the estimate of weights was chosen.</summary>
    public required ProxySelection Proxy { get; init; }

    /// <summary>The policies there are.</summary>
    public PolicySpace Space => Evaluator.Space;

    /// <summary>The additive estimate for every layer and choice.</summary>
    public LossTable Losses => Estimate.All;

    /// <summary>Searches, and measures what can be had without a search.</summary>
    public SearchSummary Run(IProgress<string>? progress, CancellationToken cancellation)
    {
        IPolicySearcher searcher = PolicySearchers.Create(Options.Searcher);
        SearchProblem problem = Problem(Losses, Options.Evaluations) with { MaxLoss = Evaluator.Allowed(cancellation) };
        if (Options.Trials is { Known: > 0 } known) progress?.Report($"The search continues: {known.Known} measured policies are known");
        var reporter = new SearchReporter(
            this, searcher.Name, problem.Cost(PolicyMoves.Widest(Space)), Options.PolicyOutput, progress);
        SearchResult result = ScheduleVerification.Run(
            problem, searcher.Search(problem, this, reporter, cancellation), progress, cancellation);
        return new SearchOutcome(this, problem, result).Summarize(searcher.Name, cancellation);
    }

    /// <summary>The problem of the options, with another estimate or number of evaluations.</summary>
    public SearchProblem Problem(LossTable estimate, int evaluations) =>
        new(Space, estimate, Options.MaxLoss, Options.MaxArrays, evaluations, Options.Seed) 
        {
            Clock = Options.Clock, Parallel = Options.ParallelCandidates,
        };

    /// <inheritdoc cref="PolicyEvaluator.Measure(ReadOnlySpan{int}, CancellationToken)"/>
    public Distance Measure(ReadOnlySpan<int> policy, CancellationToken cancellation) => Evaluator.Measure(policy, cancellation);

    /// <inheritdoc/>
    public PolicyLoss Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) => Evaluator.Loss(policy, 1, cancellation);

    /// <inheritdoc/>
    public void Announce(IReadOnlyList<int[]> policies, CancellationToken cancellation) =>
        Evaluator.Announce(policies, 1, cancellation);

    /// <inheritdoc cref="PolicySpace.ToPolicy"/>
    public QuantizationPolicy ToPolicy(ReadOnlySpan<int> policy) => Space.ToPolicy(policy);

    /// <inheritdoc cref="PolicySpace.ChoicesOf"/>
    public int[] Choices(QuantizationPolicy policy) => Space.ChoicesOf(policy);

    public void Dispose() => Network.Dispose();
}
