using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>Histograms of the values of a network on its calibration samples.</summary>
public sealed class ActivationCalibratorTests
{
    [Fact]
    public void Inputs_and_computed_values_are_those_of_the_network()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(graph);
        float[] samples = RandomNetworks.Samples(20, input.SampleElements, 4);
        Dictionary<string, ActivationHistogram> found = ActivationCalibrator.Collect(
            graph, input, new CalibrationData(samples, 20, false), ["x", "r1", "d1"], default);
        var x = Tensor.Create<float>(graph.Values["x"].Shape.Bind(20), samples);
        Dictionary<string, Tensor> values = GraphEvaluator.Run(
            graph with { Outputs = ["r1", "d1"] }, new Dictionary<string, Tensor> { ["x"] = x });
        values["x"] = x;
        foreach ((string name, ActivationHistogram histogram) in found)
        {
            float[] expected = values[name].Span<float>().ToArray();
            Assert.Equal(expected.Length, histogram.Count);
            Assert.Equal(expected.Max(), histogram.Maximum, 1e-4);
            Assert.Equal(expected.Min(), histogram.Minimum, 1e-4);
        }

        Assert.Equal(values["r1"].Span<float>().ToArray().Count(v => v == 0), found["r1"].Zeros);
    }

    [Fact]
    public void An_output_that_is_no_number_is_an_error_although_nobody_asked_for_it()
    {
        Graph graph = RandomNetworks.Import(
            new ModelBuilder().Input("x", -1, 2).Node("Relu", "x", "r").Node("Sqrt", "x", "y").Output("r").Output("y").Bytes);
        var data = new CalibrationData([1, -1, 2, 3], 2, false);
        var e = Assert.Throws<CimException>(() => ActivationCalibrator.Collect(graph, GraphInput.Of(graph), data, ["r"], default));
        Assert.Contains("'y'", e.Message, StringComparison.Ordinal);
    }
}
