using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>A candidate that was trained for a short time.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Policy">One choice a layer.</param>
/// <param name="Cost">Its cost in the objective.</param>
/// <param name="Costs">All of its cost.</param>
/// <param name="Loss">Percentage points lost after the short training, with the estimate for conversions.</param>
/// <param name="Stopped">True if the training was stopped half-way because it was hopeless.</param>
internal sealed record TrainedTrial(string Origin, ImmutableArray<int> Policy, double Cost, CostVector Costs, double Loss, bool Stopped)
{
    /// <summary>Its cost in the objective as the compiled network is scheduled; null where the objective counts no schedule, or the
    /// training was stopped.</summary>
    public double? ScheduledCost { get; init; }

    /// <summary>What candidates are ranked by.</summary>
    public double RankingCost => ScheduledCost ?? Cost;
}

/// <summary>What short trainings found.</summary>
/// <param name="FloatScore">Share of the hold-out samples that the float network classifies right.</param>
/// <param name="EightBitScore">The same of 8 bits everywhere, trained as the candidates are; NaN if time was over before.</param>
/// <param name="Trials">All candidates, in order.</param>
internal sealed record TrainedSearch(double FloatScore, double EightBitScore, ImmutableArray<TrainedTrial> Trials)
{
    /// <summary>
    /// What losses are counted from: the lesser score. The float network knows the hold-out samples where they were part of its own
    /// training, and forgets some when it is trained on; what 8 bits lose in the same training is no loss of bits.
    /// </summary>
    public double Reference => double.IsNaN(EightBitScore) ? FloatScore : Math.Min(FloatScore, EightBitScore);

    /// <summary>Percentage points a score lies below the reference, to a millionth: a difference of counts is no more exact than
    /// that.</summary>
    public double LossOf(double score) => Math.Round(100 * (Reference - score), 6);
}
