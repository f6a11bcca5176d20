using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Search;

/// <summary>What a search came to, beside what can be had without one.</summary>
public sealed class SearchOutcomeTests
{
    [Fact]
    public void A_budget_nothing_meets_falls_back_to_what_loses_least_of_everything_measured_and_says_so()
    {
        SearchSummary summary = SampleSearch.Run("random", budget: -1);
        Assert.False(summary.IsWithinBudget);
        Assert.All(summary.Trials, t => Assert.True(summary.ValidationLoss <= t.Loss, $"{summary.ValidationLoss} > {t.Loss}"));
    }

    [Fact]
    public void A_search_that_found_nothing_reports_the_least_loss_it_measured_and_both_baselines()
    {
        using PolicySearch search = SampleSearch.Prepare(new PolicySearchOptions { MaxLoss = 2, Evaluations = 4 });
        SearchProblem problem = search.Problem(search.Losses, 4);
        int[] widest = PolicyMoves.Widest(search.Space), four = PolicyMoves.FourBitInside(search.Space);
        SearchSummary summary = new SearchOutcome(search, problem, new SearchResult(null, double.NaN, double.NaN, []))
            .Summarize("none", default);
        // The widest policy takes one measurement, and is within the budget.
        Assert.True(summary.IsWithinBudget);
        Assert.Equal(search.ToPolicy(widest).Layers.AsEnumerable(), summary.Policy.Layers);
        Assert.Equal(search.Space.Costs.Total(widest), summary.Eight.Cost);
        Assert.Equal(search.Space.Costs.Total(four), summary.Four.Cost);
        Assert.Equal(Enumerable.Range(0, search.Space.Choices.Length)
            .Sum(l => search.Space.Choices[l].Min(c => search.Space.Costs[l, c].Arrays)), summary.LeastArrays);
        Assert.True(summary.ProxyOptimumIsProven);
        Assert.True(summary.ProxyOptimum <= summary.Chosen.LatencyNs * (1 + 1e-9));
    }
}
