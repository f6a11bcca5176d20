using System.Collections.Immutable;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Stages;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ConfirmStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    private CompileOptions Options(double budget) => _compilation.Options with
    {
        Search = "random", SearchEvaluations = 4, MaxAccuracyLoss = budget, Rounding = RoundingMethods.Compensated, Hardware = "cim-aq-2b",
    };

    /// <summary>The state after the search, as if it had found these bits, with one wider policy.</summary>
    private (CompileState State, CompileContext Context) Found(double budget, int bits, int wider = 8)
    {
        CompileOptions options = Options(budget);
        CompileState state = _compilation.After("Search", options);
        SearchSummary search = state.Search!;
        ImmutableArray<string> layers = [.. search.Policy.Layers.Select(l => l.Name)];
        var cost = new CostVector(1, 1, 1, 1);
        search = search with
        {
            Policy = QuantizationPolicy.Uniform(layers, bits, bits),
            Wider = [new WiderPolicy(QuantizationPolicy.Uniform(layers, wider, wider), cost, 0)],
        };
        return ((state with { Search = search }).With(search.Policy), _compilation.Context(options));
    }

    [Fact]
    public void A_policy_that_misses_the_budget_on_the_evaluation_data_gives_way_to_the_next_wider_one()
    {
        (CompileState state, CompileContext context) = Found(budget: 0.5, bits: 2);
        CompileState confirmed = new ConfirmStage(new Cim.Compiler.Candidates.CandidateQuantizer()).Run(state, context);
        Assert.All(confirmed.Precisions.Layers, l => Assert.Equal(8, l.WeightBits));
        Assert.Equal(2, confirmed.Search!.LostOnEvaluation.Length);
        Assert.True(confirmed.Search.LostOnEvaluation[0] > 0.5 && confirmed.Search.LostOnEvaluation[1] <= 0.5);
        Assert.NotNull(confirmed.Network);
    }

    [Fact]
    public void A_policy_that_keeps_the_budget_stays()
    {
        (CompileState state, CompileContext context) = Found(budget: 100, bits: 2);
        CompileState confirmed = new ConfirmStage(new Cim.Compiler.Candidates.CandidateQuantizer()).Run(state, context);
        Assert.All(confirmed.Precisions.Layers, l => Assert.Equal(2, l.WeightBits));
        Assert.Single(confirmed.Search!.LostOnEvaluation);
    }

    [Fact]
    public void Where_nothing_keeps_the_budget_the_message_says_which_one_can_be_met()
    {
        (CompileState state, CompileContext context) = Found(budget: 0.5, bits: 2, wider: 2);
        CompileState confirmed = new ConfirmStage(new Cim.Compiler.Candidates.CandidateQuantizer()).Run(state, context);
        foreach (ICompileStage stage in CompileStages.Compile().SkipWhile(s => s.Name != "Confirm").Skip(1))
        {
            if (stage.Name == "Budget")
            {
                CimException missed = Assert.Throws<CimException>(() => stage.Run(confirmed, context));
                Assert.Equal(ErrorCodes.AccuracyBudgetMissed, missed.Code);
                Assert.Contains("None of the 2 policies", missed.Message, StringComparison.Ordinal);
                Assert.Contains("can be met", missed.Message, StringComparison.Ordinal);
                return;
            }

            if (stage.AppliesTo(confirmed, context)) confirmed = stage.Run(confirmed, context);
        }
    }

    [Fact]
    public void Does_not_run_without_a_budget_or_evaluation_data()
    {
        Assert.False(StagedCompilation.Ran(_compilation.After("Confirm", Options(1) with { MaxAccuracyLoss = null }), "Confirm"));
        Assert.False(StagedCompilation.Ran(_compilation.After("Confirm", Options(1) with { Evaluation = null }), "Confirm"));
    }
}
