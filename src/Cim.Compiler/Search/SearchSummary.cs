using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;

namespace Cim.Compiler.Search;

/// <summary>What can be had by hand: its cost and its estimated loss in percentage points.</summary>
internal sealed record SearchBaseline(CostVector Cost, double Loss)
{
    /// <summary>Its precisions; null where nobody asks for them.</summary>
    public QuantizationPolicy? Policy { get; init; }

    /// <summary>Its schedule, on the arrays and with the goal of the compiled network; null if no schedule was asked for.</summary>
    public ScheduleCost? Schedule { get; init; }
}

/// <summary>Whether the samples are enough for a budget.</summary>
/// <param name="Samples">Samples policies were measured on.</param>
/// <param name="SamplesNeeded">About how many would show that 8 bits are within the budget; null if that is not known.</param>
/// <param name="IsDecided">False if 8 bits may be within the budget or not: the samples do not show it.</param>
/// <param name="EightLoss">What 8 bits lose by estimate, where that is not decided.</param>
internal sealed record BudgetEvidence(int Samples, int? SamplesNeeded, bool IsDecided, double? EightLoss);

/// <summary>A measured policy, and the percentage points of the budget it takes.</summary>
internal sealed record WiderPolicy(QuantizationPolicy Policy, CostVector Cost, double Loss);

/// <summary>How a policy was found, beside what can be had without a search.</summary>
internal sealed record SearchSummary
{
    public required string Searcher { get; init; }

    public required QuantizationPolicy Policy { get; init; }

    /// <summary>False if no measured policy was within the budget; then <see cref="Policy"/> is the one that loses least.</summary>
    public required bool IsWithinBudget { get; init; }

    /// <summary>Arrays of the policy that takes the fewest.</summary>
    public long LeastArrays { get; init; }

    /// <summary>True if a policy stays within the loss but takes more arrays than allowed.</summary>
    public bool LossFitsMoreArrays { get; init; }

    /// <summary>
    /// Estimated percentage points lost, on validation samples: see <see cref="OutputComparison"/>, after training
    /// <see cref="TrainedSearch.Reference"/>.
    /// </summary>
    public required double ValidationLoss { get; init; }

    /// <summary>Whether the samples are enough for the budget.</summary>
    public required BudgetEvidence Evidence { get; init; }

    /// <summary>The float network on the labelled samples policies were measured on; null without labels.</summary>
    public Accuracy? FloatOnSamples { get; init; }

    /// <summary>Measured policies that cost more than <see cref="Policy"/> and lose less, cheapest first; the widest is the last.</summary>
    public ImmutableArray<WiderPolicy> Wider { get; init; } = [];

    /// <summary>Percentage points that policies lost on the evaluation data, <see cref="Policy"/> or a cheaper one first; empty if none
    /// was compiled there.</summary>
    public ImmutableArray<double> LostOnEvaluation { get; init; } = [];

    /// <summary>Fake-quantized evaluations spent.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Episodes an agent played; 0 for searches without one.</summary>
    public int Episodes { get; init; }

    /// <summary>True if the clock stopped the search before its evaluations were spent.</summary>
    public bool RanOutOfTime { get; init; }

    /// <summary>Wall clock of preparation and search.</summary>
    public double Seconds { get; init; }

    /// <summary>The cheapest policy on the exact front of the additive estimate that the evaluator accepts; null for searches that do not
    /// use it.</summary>
    public SearchBaseline? ProxyStart { get; init; }

    /// <summary>What estimates the loss increase by narrow weights; see <see cref="ProxySelection"/>.</summary>
    public string Proxy { get; init; } = ProxySelection.MeasuredDivergence;

    /// <summary>How well each estimate orders widths as the measured loss does, best first; empty if that was not measured.</summary>
    public ImmutableArray<ProxyQuality> Proxies { get; init; } = [];

    /// <summary>log10 of the number of policies without free bits.</summary>
    public required double Log10Policies { get; init; }

    public required CostVector Chosen { get; init; }

    /// <summary>The schedule of the compiled network; null if none was asked for.</summary>
    public ScheduleCost? ChosenSchedule { get; init; }

    /// <summary>8 bits everywhere.</summary>
    public required SearchBaseline Eight { get; init; }

    /// <summary>4 bits everywhere but 8 in the first and last layer.</summary>
    public required SearchBaseline Four { get; init; }

    /// <summary>
    /// The least cost of any policy whose additive estimate is no worse than the chosen one's; null for energy-delay, which is not
    /// additive.
    /// </summary>
    public required double? ProxyOptimum { get; init; }

    public required bool ProxyOptimumIsProven { get; init; }

    public required ImmutableArray<Trial> Trials { get; init; }

    /// <summary>The short trainings of candidates; null without training.</summary>
    public TrainedSearch? Training { get; init; }

    /// <summary>The network already trained in full with <see cref="Policy"/>; null if it was not.</summary>
    public Graph? Trained { get; init; }
}
