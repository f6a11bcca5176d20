using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Search;

/// <summary>The whole search on the sample network, with few samples and evaluations.</summary>
public sealed class PolicySearchTests
{
    private static readonly string _sample = FindSample();

    [Fact]
    public void The_found_policy_is_within_the_budget_cheaper_than_eight_bits_and_found_again()
    {
        SearchSummary first = Run("exact", budget: 2), second = Run("exact", budget: 2);
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
        SearchSummary whole = Run("rl", 2, evaluations: 12);
        SearchSummary begun = Run("rl", 2, evaluations: 5, trials: log);
        SearchSummary continued = Run("rl", 2, evaluations: 12, trials: log, policyOutput: best);
        Assert.Equal(5, begun.Evaluations);
        Assert.Equal(whole.Trials.Select(t => (t.Cost, t.Loss)), continued.Trials.Select(t => (t.Cost, t.Loss)));
        Assert.Equal(whole.Policy.Layers.AsEnumerable(), continued.Policy.Layers.AsEnumerable());
        Assert.Equal(whole.Policy.Layers.AsEnumerable(),
            PolicyJson.Load(best, new PolicyLayers(QuantizationPolicy.Uniform(whole.Policy.Layers.Select(l => l.Name), 8, 8), [], 128))
                .Layers.AsEnumerable());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Early_stopping_ends_at_samples_that_show_a_policy_hopeless_and_else_runs_all()
    {
        (Graph graph, GraphInput input, SearchData data) = Load(1200);
        var layers = QuantizableLayers.Of(graph);
        using var network = new PolicyNetwork(
            new SampledNetwork(graph, input, data), layers, [.. layers.Layers.Select(_ => new[] { 2, 8 })], default);
        Distance all = network.Measure(_ => 2, _ => 2, int.MaxValue, default),
            early = network.MeasureWithEarlyStopping(_ => 2, _ => 2, 0.5, default);
        Assert.NotEqual(all, early);
        Assert.True(early.LossPoints > 0.5);
        Assert.Equal(all, network.MeasureWithEarlyStopping(_ => 2, _ => 2, double.PositiveInfinity, default));
        Assert.Equal(network.Measure(_ => 8, _ => 8, int.MaxValue, default), network.MeasureWithEarlyStopping(_ => 8, _ => 8, 5, default));
    }

    [Fact]
    public void A_budget_nothing_meets_falls_back_to_the_widest_policy_and_says_so()
    {
        SearchSummary summary = Run("random", budget: -1);
        Assert.False(summary.IsWithinBudget);
        Assert.All(summary.Policy.Layers, l => Assert.Equal(8, l.ActivationBits));
    }

    [Fact]
    public void Energy_as_objective_needs_energy_figures() =>
        Assert.Equal("CIM2007", Assert.Throws<CimException>(() => Run("exact", 1, Objective.Energy)).Code);

    [Fact]
    public void Float_widths_change_nothing_and_narrow_ones_more_than_wide_ones()
    {
        (Graph graph, GraphInput input, SearchData data) = Load();
        var layers = QuantizableLayers.Of(graph);
        using var network = new PolicyNetwork(
            new SampledNetwork(graph, input, data), layers, [.. layers.Layers.Select(_ => new[] { 2, 4, 8 })], default);
        Assert.Equal(0, network.Measure(_ => 0, _ => 0, int.MaxValue, default).Divergence, 12);
        double[] weights = [.. new[] { 8, 4, 2 }.Select(b => network.Measure(_ => b, _ => 0, int.MaxValue, default).Divergence)];
        double[] activations = [.. new[] { 8, 4, 2 }.Select(b => network.Measure(_ => 0, _ => b, int.MaxValue, default).Divergence)];
        Assert.True(weights[0] < weights[1] && weights[1] < weights[2], string.Join(' ', weights));
        Assert.True(activations[0] < activations[1] && activations[1] < activations[2], string.Join(' ', activations));
    }

    private static SearchSummary Run(string searcher, double budget, Objective objective = Objective.Latency, int evaluations = 8,
        string? trials = null, string? policyOutput = null)
    {
        (Graph graph, GraphInput input, SearchData data) = Load();
        using PolicySearch search = SearchPreparation.Prepare(new SampledNetwork(graph, input, data), HardwareProfiles.BuiltIn("cim-aq-4b"),
            new PolicySearchOptions
            {
                Searcher = searcher,
                MaxLoss = budget,
                Evaluations = evaluations,
                Objective = objective,
                Trials = trials is null ? null : TrialFile.Open(trials, "test"),
                PolicyOutput = policyOutput,
            }, null, default);
        return search.Run(null, default);
    }

    private static (Graph Graph, GraphInput Input, SearchData Data) Load(int samples = 96)
    {
        Graph graph = OnnxImporter.Import(Path.Combine(_sample, "models", "fashion.onnx"));
        GraphInput input = GraphInput.Of(graph);
        DataSet set = DataSet.Open(Path.Combine(_sample, "data", "calibration.npz"), input.Ports, Preprocessing.Parse("1/255", null, null));
        return (graph, input, SearchData.From(set, default, maxSamples: samples));
    }

    private static string FindSample()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        return Path.Combine(d!.FullName, "samples", "FashionMnist");
    }
}
