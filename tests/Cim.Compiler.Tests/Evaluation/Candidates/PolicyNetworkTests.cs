using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Candidates;

/// <summary>A network whose widths are inputs of one session.</summary>
public sealed class PolicyNetworkTests
{
    [Fact]
    public void Early_stopping_ends_at_samples_that_show_a_policy_hopeless_and_else_runs_all()
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load(1200);
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
    public void Float_widths_change_nothing_and_narrow_ones_more_than_wide_ones()
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load();
        var layers = QuantizableLayers.Of(graph);
        using var network = new PolicyNetwork(
            new SampledNetwork(graph, input, data), layers, [.. layers.Layers.Select(_ => new[] { 2, 4, 8 })], default);
        Assert.Equal(0, network.Measure(_ => 0, _ => 0, int.MaxValue, default).Divergence, 12);
        double[] weights = [.. new[] { 8, 4, 2 }.Select(b => network.Measure(_ => b, _ => 0, int.MaxValue, default).Divergence)];
        double[] activations = [.. new[] { 8, 4, 2 }.Select(b => network.Measure(_ => 0, _ => b, int.MaxValue, default).Divergence)];
        Assert.True(weights[0] < weights[1] && weights[1] < weights[2], string.Join(' ', weights));
        Assert.True(activations[0] < activations[1] && activations[1] < activations[2], string.Join(' ', activations));
    }
}
