using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Xunit;

namespace Cim.Compiler.Tests.Search;

/// <summary>Policies measured without training.</summary>
public sealed class PolicyEvaluatorTests
{
    [Fact]
    public void The_same_policy_loses_the_same_and_a_narrow_one_more_than_the_widest()
    {
        using PolicySearch search = SampleSearch.Prepare(new PolicySearchOptions());
        int[] widest = PolicyMoves.Widest(search.Space), two = PolicyMoves.Nearest(search.Space, new LayerBits(2, 2, 0));
        Distance wide = search.Evaluator.Measure(widest, default), narrow = search.Evaluator.Measure(two, default);
        Assert.Equal(wide, search.Evaluator.Measure(widest, default));
        Assert.True(narrow.Divergence > wide.Divergence);
        Assert.True(narrow.BudgetPoints > wide.BudgetPoints);
    }

    [Fact]
    public void Of_a_network_that_will_be_trained_widths_count_for_less_by_the_relaxation()
    {
        using PolicySearch search = SampleSearch.Prepare(new PolicySearchOptions { MaxLoss = 1000 });
        int[] two = PolicyMoves.Nearest(search.Space, new LayerBits(2, 2, 0));
        double whole = search.Evaluator.WidthsLoss(two, default);
        Assert.Equal(0, search.Evaluator.ConversionPoints(two, default));
        Assert.Equal(whole / 4, search.Evaluator.Loss(two, 4, default).Points, 1e-9);
        Assert.Equal(whole, search.Evaluator.Loss(two, 1, default).Points, 1e-9);
    }
}
