using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Sensitivity;

/// <summary>Which estimate a search follows, and what it does without time to measure one.</summary>
public sealed class ProxySelectionTests
{
    [Fact]
    public void The_estimate_that_orders_widths_most_like_the_loss_is_followed_and_remembered()
    {
        string folder = Directory.CreateTempSubdirectory("cim-proxy").FullName;
        try
        {
            string log = Path.Combine(folder, "trials.json");
            var lines = new List<string>();
            using PolicySearch first = Prepare(new PolicySearchOptions { Trials = TrialFile.Open(log, "test") }, lines);
            Assert.Equal(4, first.Proxy.Proxies.Length);
            Assert.Equal(first.Proxy.Proxies.Max(p => p.WithLoss), first.Proxy.Proxies[0].WithLoss);
            Assert.Equal(first.Proxy.Proxies[0].Proxy, first.Proxy.Name);
            Assert.All(first.Proxy.Weights, row => Assert.All(row.Values, v => Assert.True(v >= 0)));
            Assert.Contains(lines, l => l.Contains($"most like the loss is {first.Proxy.Name}", StringComparison.Ordinal));

            var again = new List<string>();
            using PolicySearch second = Prepare(new PolicySearchOptions { Trials = TrialFile.Open(log, "test") }, again);
            Assert.DoesNotContain(again, l => l.Contains("derivatives", StringComparison.Ordinal));
            Assert.Equal(first.Proxy.Name, second.Proxy.Name);
            Assert.Equal(first.Proxy.Proxies.AsEnumerable(), second.Proxy.Proxies);
            int[] four = PolicyMoves.Nearest(first.Space, new LayerBits(4, 4, 0));
            Assert.Equal(first.Losses.Total(four), second.Losses.Total(four));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Without_time_to_measure_nothing_is_narrowed_and_what_is_measured_later_is_not_lost()
    {
        using PolicySearch search = Prepare(new PolicySearchOptions { Clock = new SearchClock(TimeSpan.Zero), MaxLoss = 0.1 }, []);
        Assert.Equal(ProxySelection.MeasuredDivergence, search.Proxy.Name);
        Assert.Empty(search.Proxy.Proxies);
        int[] widest = PolicyMoves.Widest(search.Space);
        Assert.Equal(0, search.Losses.Total(widest));
        foreach (int layer in Enumerable.Range(0, widest.Length))
            foreach (int choice in search.Space.Choices[layer].Where(c => c != widest[layer]))
                Assert.True(search.Losses[layer, choice] > 0 || search.Space.ActivationGroups.All(g => g[0] != layer));
    }

    [Fact]
    public void An_analysis_whose_time_is_over_says_how_many_layers_it_left_out()
    {
        (Graph graph, GraphInput input, SearchData data) = Load();
        SensitivityReport report = SensitivityAnalysis.Run(
            new SampledNetwork(graph, input, data), 32, new CurvatureProbes(2, 1, new SearchClock(TimeSpan.Zero)), null, default);
        Assert.Single(report.Layers);
        Assert.Equal(MvmLayers.Find(graph).Length - 1, report.LayersLeftOut);
    }

    private static PolicySearch Prepare(PolicySearchOptions options, List<string> lines)
    {
        (Graph graph, GraphInput input, SearchData data) = Load();
        return SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), HardwareProfiles.BuiltIn("cim-aq-2b"), options, new ProgressLines(lines.Add), default);
    }

    private static (Graph Graph, GraphInput Input, SearchData Data) Load()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        string sample = Path.Combine(d!.FullName, "samples", "FashionMnist");
        Graph graph = OnnxImporter.Import(Path.Combine(sample, "models", "fashion.onnx"));
        GraphInput input = GraphInput.Of(graph);
        DataSet set = DataSet.Open(Path.Combine(sample, "data", "calibration.npz"), input.Ports, Preprocessing.Parse("1/255", null, null));
        return (graph, input, SearchData.From(set, default, maxSamples: 96));
    }
}
