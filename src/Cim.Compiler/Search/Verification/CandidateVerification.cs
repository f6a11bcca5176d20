using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search.Verification;

/// <summary>
/// The last rung of the ladder: the cheapest policy of a search is simulated on its hardware (<see cref="AdcVerification"/>). If it
/// does not keep the budget there even with wide conversions, the next one is the cheapest of 0.7 times its estimated loss, and so
/// on; at last the widest policy remains.
/// </summary>
internal static class CandidateVerification
{
    private const int Most = 12;
    private const double Safer = 0.7;

    /// <summary>The summary with the first policy that keeps the budget when simulated.</summary>
    public static SearchSummary Run(
        PolicySearch search, SearchSummary found, Graph graph, GraphInput input, HardwareProfile hardware, SearchData data,
        PolicySearchOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        SearchSummary verified = Verify(found);
        if (!found.IsWithinBudget || verified.IsWithinBudget) return verified;
        int[] choices = search.Choices(found.Policy);
        UnitChoices unitChoices = UnitChoices.Of(search.Space, search.Losses,
            ProxyWalk.CostOf(new SearchProblem(search.Space, search.Losses, options.MaxLoss, options.MaxArrays, 1, 0)));
        double estimate = search.Losses.Total(choices);
        ImmutableArray<int> last = [.. choices];
        for (int finalist = 2; finalist <= Most; finalist++)
        {
            estimate *= Safer;
            if (ExactOptimum.Solve(unitChoices, estimate, cancellation: cancellation) is not { } safer) break;
            if (safer.Policy.SequenceEqual(last)) continue;
            last = safer.Policy;
            double loss = search.Loss(safer.Policy.AsSpan(), cancellation);
            progress?.Report(FormattableString.Invariant($"finalist {finalist} of at most {Most} takes {loss:F2} points of the budget"));
            if (loss > options.MaxLoss || search.Space.Costs.Total(safer.Policy.AsSpan()).Arrays > options.MaxArrays) continue;
            verified = Verify(found with { Policy = search.ToPolicy(safer.Policy.AsSpan()),
                Chosen = search.Space.Costs.Total(safer.Policy.AsSpan()),
                ValidationLoss = search.Measure(safer.Policy.AsSpan(), cancellation).LossPoints });
            if (verified.IsWithinBudget) return verified;
        }

        int[] widest = PolicyMoves.Widest(search.Space);
        return Verify(
            found with { Policy = search.ToPolicy(widest), Chosen = search.Space.Costs.Total(widest), ValidationLoss = found.Eight.Loss });

        SearchSummary Verify(SearchSummary summary) =>
            AdcVerification.Run(search, summary, graph, input, hardware, data, options, progress, cancellation);
    }
}
