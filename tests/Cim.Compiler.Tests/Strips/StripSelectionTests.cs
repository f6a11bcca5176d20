using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Strips;

/// <summary>Strips of a network get their widths.</summary>
public sealed class StripSelectionTests
{
    private static readonly HardwareProfile _hardware = HardwareProfiles.BuiltIn("isaac") with { Rows = 16 };

    [Theory]
    [InlineData("0.3")]
    [InlineData("0.6")]
    public void The_compression_that_is_asked_for_is_reached(string share)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        QuantizationPolicy eight = QuantizedNetworks.Uniform(graph, 8);
        QuantizationPolicy strips = Select(graph, eight, share);
        double asked = double.Parse(share, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Cells(graph, strips) <= (1 - asked) * Cells(graph, eight));
        Assert.Contains(strips.Layers, l => l.Layout is LayerLayout.Strips);
        Assert.Equal(eight.Layers.Select(l => (l.Name, l.ActivationBits)), strips.Layers.Select(l => (l.Name, l.ActivationBits)));
    }

    [Fact]
    public void A_network_that_is_quantized_already_keeps_its_integers()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        QuantizationPolicy eight = QuantizedNetworks.Uniform(graph, 8);
        Assert.Same(eight, Select(QuantizedNetworks.Quantize(graph, eight), eight, "0.5"));
    }

    private static QuantizationPolicy Select(Graph graph, QuantizationPolicy policy, string share) => StripSelection.Run(
        new SavingRequest(graph, GraphInput.Of(graph), _hardware, null) { MaxLoss = 1, Seed = 1 }, policy,
        StripOptions.Parse(share, null, "strip")!, null, default);

    private static long Cells(Graph graph, QuantizationPolicy policy) => LayerShapes.Of(graph, _hardware).Where(s => s.Groups == 1)
        .Sum(s => new LayerLowering(policy, _hardware).CostOf(s, 1).Cells);
}
