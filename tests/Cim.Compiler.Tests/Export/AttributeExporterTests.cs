using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Onnx.Proto;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Export;

/// <summary>Attributes and constants as protobuf messages.</summary>
public sealed class AttributeExporterTests
{
    public static TheoryData<string> Kinds => ["int", "float", "string", "ints", "floats", "tensor"];

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_is_read_as_it_was_written(string kind)
    {
        AttributeValue value = kind switch
        {
            "int" => new AttributeValue.Int(-7),
            "float" => new AttributeValue.Float(0.25f),
            "string" => new AttributeValue.String("SAME_UPPER"),
            "ints" => new AttributeValue.Ints([3, -1]),
            "floats" => new AttributeValue.Floats([0.5f, 2]),
            _ => new AttributeValue.TensorValue(Tensor.Create<float>(new Shape(2), [1, 2])),
        };
        AttributeValue again = AttributeConverter.Convert(
            new NodeProto { Attribute = { AttributeExporter.Attribute("name", value) } }, null).Values["name"];
        switch (value, again)
        {
            case (AttributeValue.Ints a, AttributeValue.Ints b): Assert.Equal(a.Values.AsEnumerable(), b.Values); break;
            case (AttributeValue.Floats a, AttributeValue.Floats b): Assert.Equal(a.Values.AsEnumerable(), b.Values); break;
            case (AttributeValue.TensorValue a, AttributeValue.TensorValue b):
                Assert.Equal(a.Value.Shape, b.Value.Shape);
                Assert.Equal(a.Value.Span<float>().ToArray(), b.Value.Span<float>().ToArray());
                break;
            default: Assert.Equal(value, again); break;
        }
    }
}
