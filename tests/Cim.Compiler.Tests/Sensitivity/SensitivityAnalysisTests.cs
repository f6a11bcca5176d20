using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Sensitivity;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Sensitivity;

public sealed class SensitivityAnalysisTests
{
    [Theory, InlineData(0), InlineData(3)]
    public void Every_layer_channel_and_strip_is_there_and_narrow_widths_do_more_harm(int seed)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(seed));
        GraphInput input = GraphInput.Of(graph);
        var fit = new CalibrationData(RandomNetworks.Samples(32, input.SampleElements, 1), 32, false);
        var validation = new CalibrationData(RandomNetworks.Samples(64, input.SampleElements, 2), 64, false);
        SensitivityReport report = SensitivityAnalysis.Run(
            new SampledNetwork(graph, input, new SearchData(fit, validation, default)), 64,
            new CurvatureProbes(2, 1, new SearchClock(null)), null, default);

        var layers = MvmLayers.Find(graph);
        Assert.Equal(layers.Select(l => l.NodeName), report.Layers.Select(l => l.Name));
        Assert.Equal(64, report.Samples);
        foreach ((MvmLayer layer, LayerSensitivity found) in layers.Zip(report.Layers))
        {
            Assert.Equal(layer.Outputs, found.Channels.Length);
            Assert.Equal(0, found.Strips.Length % found.Channels.Length);
            Assert.True(found.Strips.Length == found.Channels.Length * (found.Name.StartsWith("conv", StringComparison.Ordinal) ? 9 : 1));
            Assert.True(found.FisherTrace > 0);
            WidthSensitivity two = found.Widths.First(w => w.Bits == 2), eight = found.Widths.First(w => w.Bits == 8);
            Assert.True(
                two.Divergence > eight.Divergence && two.Fisher > eight.Fisher && two.GradientTimesWeight > eight.GradientTimesWeight);
        }

        Assert.Equal(4, report.Proxies.Length);
        Assert.Equal(1, report.Proxies.First(p => p.Proxy == "measured divergence").WithDivergence, 9);
        Assert.All(report.Proxies, p => Assert.True(double.IsNaN(p.WithDivergence) || p.WithDivergence is >= -1 and <= 1 + 1e-12));
    }
}
