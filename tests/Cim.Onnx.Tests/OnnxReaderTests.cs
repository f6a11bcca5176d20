using Cim.Onnx.Proto;
using Google.Protobuf;
using Xunit;

namespace Cim.Onnx.Tests;

public sealed class OnnxReaderTests
{
    private static ModelProto Model()
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "g" } };
        model.Graph.Node.Add(new NodeProto { OpType = "Relu", Input = { "x" }, Output = { "y" } });
        model.Graph.Initializer.Add(
            new TensorProto { Name = "w", DataType = 1, Dims = { 64 }, RawData = ByteString.CopyFrom(new byte[256]) });
        return model;
    }

    [Fact]
    public void A_model_survives_writing_and_reading() => Assert.Equal(Model(), OnnxReader.ReadModel(Model().ToByteArray()));

    [Fact]
    public void Every_truncation_is_a_model_or_a_format_error()
    {
        byte[] bytes = Model().ToByteArray();
        for (int length = 0; length < bytes.Length; length++)
        {
            try
            {
                Assert.NotNull(OnnxReader.ReadModel(bytes.AsMemory(0, length)).Graph);
            }
            catch (OnnxFormatException)
            {
                // expected for most lengths
            }
        }
    }

    [Fact]
    public void A_file_without_a_graph_is_no_model() =>
        Assert.Throws<OnnxFormatException>(() => OnnxReader.ReadModel(new ModelProto { IrVersion = 8 }.ToByteArray()));

    [Fact]
    public void Nesting_without_end_is_a_format_error()
    {
        // Graphs inside attributes inside nodes inside graphs: deeper than any real model.
        var graph = new GraphProto();
        for (int i = 0; i < 200; i++)
        {
            var outer = new GraphProto();
            outer.Node.Add(new NodeProto { Attribute = { new AttributeProto { Name = "body", G = graph } } });
            graph = outer;
        }

        byte[] bytes = new ModelProto { Graph = graph }.ToByteArray();
        Assert.Throws<OnnxFormatException>(() => OnnxReader.ReadModel(bytes));
    }
}
