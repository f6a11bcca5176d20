using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Verification;

/// <summary>
/// The last step of a search: its cheapest policy is simulated on its hardware (<see cref="AdcVerification"/>). If it exceeds the
/// budget there even with wide conversions, the next candidate is the cheapest of 0.7 times its estimated loss, and so on; the widest
/// policy is the last.
/// </summary>
internal static class CandidateVerification
{
    private const int MaxCandidates = 12;
    private const double Margin = 0.7;

    /// <summary>The summary with the first policy that stays within the budget when simulated.</summary>
    public static SearchSummary Run(
        PolicySearch search, SearchSummary found, IProgress<string>? progress, CancellationToken cancellation)
    {
        SearchSummary verified = Verify(found);
        if (!found.IsWithinBudget || verified.IsWithinBudget) return verified;
        PolicySearchOptions options = search.Options;
        int[] start = search.Choices(found.Policy);
        UnitChoices choices = UnitChoices.Of(search.Space, search.Losses, ProxyWalk.CostOf(search.Problem(search.Losses, 1)));
        double estimate = search.Losses.Total(start);
        ImmutableArray<int> last = [.. start];
        for (int candidate = 2; candidate <= MaxCandidates; candidate++)
        {
            estimate *= Margin;
            if (ExactOptimum.Solve(choices, estimate, cancellation: cancellation) is not { } safer) break;
            if (safer.Policy.SequenceEqual(last)) continue;
            last = safer.Policy;
            double loss = search.Loss(safer.Policy.AsSpan(), cancellation);
            progress?.Report(FormattableString.Invariant(
                $"Candidate {candidate} of at most {MaxCandidates} takes {loss:F2} points of the budget"));
            CostVector cost = search.Space.Costs.Total(safer.Policy.AsSpan());
            if (loss > options.MaxLoss || cost.Arrays > options.MaxArrays) continue;
            verified = Verify(found with
            {
                Policy = search.ToPolicy(safer.Policy.AsSpan()),
                Chosen = cost,
                ValidationLoss = search.Measure(safer.Policy.AsSpan(), cancellation).LossPoints,
            });
            if (verified.IsWithinBudget) return verified;
        }

        int[] widest = PolicyMoves.Widest(search.Space);
        return Verify(found with
        {
            Policy = search.ToPolicy(widest),
            Chosen = search.Space.Costs.Total(widest),
            ValidationLoss = found.Eight.Loss,
        });

        SearchSummary Verify(SearchSummary summary) => AdcVerification.Run(search, summary, progress, cancellation);
    }
}
