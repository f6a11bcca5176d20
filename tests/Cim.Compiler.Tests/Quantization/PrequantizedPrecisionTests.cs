using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>The precision of layers a model brings quantized.</summary>
public sealed class PrequantizedPrecisionTests
{
    [Theory, InlineData(3, 5), InlineData(8, 8), InlineData(4, 7)]
    public void The_policy_of_a_quantized_model_is_its_own(int weightBits, int activationBits)
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, weightBits, activationBits));
        QuantizationPolicy policy = PrequantizedPrecision.Apply(quantized, QuantizedNetworks.Uniform(quantized, 2, 2));
        Assert.All(policy.Layers, l => Assert.Equal((weightBits, activationBits), (l.WeightBits, l.ActivationBits)));
    }

    [Fact]
    public void The_policy_of_a_float_model_stays_as_it_is()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        QuantizationPolicy free = QuantizedNetworks.Uniform(graph, 7, 6);
        Assert.Equal(free.Layers.AsEnumerable(), PrequantizedPrecision.Apply(graph, free).Layers.AsEnumerable());
    }

    [Fact]
    public void Bits_survive_the_export_to_standard_ONNX()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(2));
        Graph quantized = QuantizedNetworks.Quantize(graph, QuantizedNetworks.Uniform(graph, 4, 6));
        Graph again = RandomNetworks.Import(OnnxExporter.Export(quantized).ToByteArray());
        Assert.All(PrequantizedPrecision.Apply(again, QuantizedNetworks.Uniform(again, 8)).Layers,
            l => Assert.Equal((4, 6), (l.WeightBits, l.ActivationBits)));
    }
}
