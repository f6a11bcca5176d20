using Cim.Compiler.Export;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Export;

/// <summary>ONNX Runtime's own narrow integers are the reference.</summary>
public sealed class NarrowCastTests
{
    [Theory]
    [InlineData(TensorProto.Types.DataType.Int4)]
    [InlineData(TensorProto.Types.DataType.Uint4)]
    [InlineData(TensorProto.Types.DataType.Int16)]
    public void Casts_to_narrow_integers_are_written_in_operators_of_the_exported_set(TensorProto.Types.DataType type)
    {
        ModelBuilder m = new ModelBuilder(21).Input("x", 1, 64).Node("Cast", "x", "n", ("to", (int)type)).Node("Cast", "n", "y", ("to", 1))
            .Output("y");
        byte[] exported = OnnxExporter.Export(RandomNetworks.Import(m.Bytes)).ToByteArray();
        Assert.Equal(OnnxExporter.Opset, ModelProto.Parser.ParseFrom(exported).OpsetImport.Single().Version);
        float[] x = [.. Enumerable.Range(-32, 63).Select(i => i / 4f), 0.49999997f];
        var feeds = new Dictionary<string, Tensor> { ["x"] = Tensor.Create<float>(new Shape(1, 64), x) };
        Assert.Equal(OnnxRuntimeReference.Run(m.Bytes, feeds)["y"].Span<float>().ToArray(),
            OnnxRuntimeReference.Run(exported, feeds)["y"].Span<float>().ToArray());
    }
}
