using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Evaluation.Candidates;

/// <summary>The network read through converters.</summary>
public sealed class AdcNetworkTests
{
    // Cells of four bits leave few widths to try.
    private static readonly HardwareProfile _isaac = HardwareProfiles.BuiltIn("isaac") with { CellBits = 4 };

    [Fact]
    public void Lossless_conversions_change_nothing_and_narrow_ones_do()
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load();
        var layers = MvmLayers.Find(graph);
        var network = new AdcNetwork(graph, input, _isaac, data.Fit, QuantizationPolicy.Uniform(layers.Select(l => l.NodeName), 8, 8),
            new PostTrainingQuantizer(new QuantizerOptions()), default);
        float[] ideal = network.Run(data.Validation, 8, _ => AdcNetwork.Ideal, default);
        Assert.Equal(ideal, network.Run(data.Validation, 8, _ => 12, default));
        Assert.NotEqual(ideal, network.Run(data.Validation, 8, _ => 3, default));
    }
}
