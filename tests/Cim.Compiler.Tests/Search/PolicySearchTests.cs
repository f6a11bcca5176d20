using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search;

/// <summary>The whole search on the sample network, with few samples and evaluations.</summary>
public sealed class PolicySearchTests
{
    [Fact]
    public void The_found_policy_is_within_the_budget_cheaper_than_eight_bits_and_found_again()
    {
        SearchSummary first = SampleSearch.Run("exact", budget: 2), second = SampleSearch.Run("exact", budget: 2);
        Assert.True(first.IsWithinBudget);
        Assert.True(first.ValidationLoss <= 2);
        Assert.True(first.Chosen.LatencyNs < first.Eight.Cost.LatencyNs);
        Assert.True(first.ProxyOptimumIsProven);
        Assert.True(first.ProxyOptimum <= first.Chosen.LatencyNs);
        Assert.InRange(first.Evaluations, 1, 8);
        Assert.Equal(first.Policy.Layers.AsEnumerable(), second.Policy.Layers.AsEnumerable());
    }

    [Fact]
    public void A_search_that_was_stopped_continues_to_the_same_result_and_keeps_its_best_policy()
    {
        string folder = Directory.CreateTempSubdirectory("cim-resume").FullName;
        string log = Path.Combine(folder, "trials.json"), best = Path.Combine(folder, "policy.json");
        SearchSummary whole = SampleSearch.Run("rl", 2, evaluations: 12);
        SearchSummary begun = SampleSearch.Run("rl", 2, evaluations: 5, trials: log);
        SearchSummary continued = SampleSearch.Run("rl", 2, evaluations: 12, trials: log, policyOutput: best);
        Assert.Equal(5, begun.Evaluations);
        Assert.Equal(whole.Trials.Select(t => (t.Cost, t.Loss)), continued.Trials.Select(t => (t.Cost, t.Loss)));
        Assert.Equal(whole.Policy.Layers.AsEnumerable(), continued.Policy.Layers.AsEnumerable());
        Assert.Equal(whole.Policy.Layers.AsEnumerable(),
            PolicyJson.Load(best, new PolicyLayers(QuantizationPolicy.Uniform(whole.Policy.Layers.Select(l => l.Name), 8, 8), [], 128))
                .Layers.AsEnumerable());
        Directory.Delete(folder, recursive: true);
    }
}
