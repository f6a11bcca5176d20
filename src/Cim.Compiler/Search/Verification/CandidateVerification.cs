using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Verification;

/// <summary>
/// The last step of a search: its cheapest policy is simulated on its hardware (<see cref="AdcVerification"/>). If it exceeds the
/// budget there even with wide conversions, the next candidate is the cheapest of 0.7 times its estimated loss, measured already or
/// measured now, and so on; the widest policy is the last.
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
        SearchProblem problem = search.Problem(search.Losses, 1);
        double allowed = search.Evaluator.Allowed(cancellation), estimate = search.Losses.Total(search.Choices(found.Policy));
        UnitChoices choices = UnitChoices.Of(search.Space, search.Losses, ProxyWalk.CostOf(problem));
        Trial[] measured = [
            .. ScheduleVerification.Ranked(
                search.Space, found.Trials.Where(t => t.Loss <= allowed && problem.Fits(t.Policy.AsSpan())), cancellation)];
        ImmutableArray<int> last = [.. search.Choices(found.Policy)];
        for (int candidate = 2; candidate <= MaxCandidates; candidate++)
        {
            estimate *= Margin;
            Trial? next = measured.FirstOrDefault(t => search.Losses.Total(t.Policy.AsSpan()) <= estimate);
            if (ExactOptimum.Solve(choices, estimate, cancellation: cancellation) is { } safer
                && (next is null || problem.Cost(safer.Policy.AsSpan()) < next.Cost) && problem.Fits(safer.Policy.AsSpan()))
            {
                PolicyLoss loss = search.Loss(safer.Policy.AsSpan(), cancellation);
                progress?.Report(FormattableString.Invariant(
                    $"Candidate {candidate} of at most {MaxCandidates} takes {loss.Points:F2} points of the budget"));
                if (loss.Points <= allowed) next = new Trial(safer.Policy, problem.Cost(safer.Policy.AsSpan()), loss.Points, loss.Least);
            }

            if (next is null || next.Policy.SequenceEqual(last)) continue;
            last = next.Policy;
            verified = Verify(With(next.Policy.AsSpan()));
            if (verified.IsWithinBudget) return verified;
        }

        return Verify(With(PolicyMoves.Widest(search.Space)));

        SearchSummary Verify(SearchSummary summary) => AdcVerification.Run(search, summary, progress, cancellation);

        SearchSummary With(ReadOnlySpan<int> policy) => found with
        {
            Policy = search.ToPolicy(policy),
            Chosen = search.Space.Costs.Total(policy),
            ValidationLoss = search.Measure(policy, cancellation).LossPoints,
        };
    }
}
