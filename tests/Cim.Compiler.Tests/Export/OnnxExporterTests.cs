using System.Collections.Immutable;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Export;

/// <summary>A graph as standard ONNX.</summary>
public sealed class OnnxExporterTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void What_is_exported_computes_what_the_original_does(int seed)
    {
        byte[] model = seed % 2 == 0 ? RandomNetworks.Chain(seed) : RandomNetworks.Residual(seed);
        Graph graph = RandomNetworks.Import(model);
        var inputs = new Dictionary<string, Tensor> { ["x"] = TensorAssert.Random(graph.Values["x"].Shape.Bind(4), seed) };
        TensorAssert.Close(OnnxRuntimeReference.Run(model, inputs)["y"],
            OnnxRuntimeReference.Run(OnnxExporter.Export(graph).ToByteArray(), inputs)["y"], 1e-5, "y");
    }

    [Theory]
    [InlineData(3, true, -4, 3)]
    [InlineData(4, false, 0, 15)]
    public void Integers_below_eight_bits_are_clipped_between_the_quantizers(int bits, bool signed, int least, int most)
    {
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 3).Weight("w", 2, 3)
            .Node("dense", "Gemm", "x w", "y", ("transB", 1)).Output("y").Bytes);
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(graph, MvmLayers.Find(graph));
        Graph quantized = new InsertActivationQuantizers([(groups[0], new QuantizationParameters(0.1f, 0, bits, signed))]).Run(graph);
        ModelProto proto = OnnxExporter.Export(quantized);
        NodeProto clip = proto.Graph.Node.Single(n => n.OpType == "Clip");
        int Bound(int input) =>
            signed ? (sbyte)Initializer(proto, clip.Input[input]).RawData[0] : Initializer(proto, clip.Input[input]).RawData[0];
        Assert.Equal((least, most), (Bound(1), Bound(2)));
        // Every tool reads it, and so do we.
        Graph again = RandomNetworks.Import(proto.ToByteArray());
        Assert.Equal(bits, again.Nodes.Single(n => n.Op == "QuantizeLinear").Attributes.Int(Node.BitsAttribute, 8));
    }

    private static TensorProto Initializer(ModelProto model, string name) => model.Graph.Initializer.Single(t => t.Name == name);
}
