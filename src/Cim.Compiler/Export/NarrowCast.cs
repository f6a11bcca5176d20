using Cim.Compiler.Ir;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Export;

/// <summary>
/// Casts to integers that tensors here do not have, in operators of <see cref="OnnxExporter.Opset"/>: to 16 and 32 bits a Cast there and
/// one back. Integers of 4 bits are younger than the opset, so that theirs is written out: reals rounded half away from zero, then the low
/// 4 bits, read with their sign or without (<see cref="Cast"/>).
/// </summary>
internal static class NarrowCast
{
    private const int Int32 = (int)ElementType.Int32, Double = 11;

    public static bool Is(Node node) => node.Op == "Cast" && node.Attributes.Int(Cast.NarrowAttribute, 0) > 0;

    /// <summary>Appends the nodes.</summary>
    /// <param name="node">The cast.</param>
    /// <param name="source">What it reads.</param>
    /// <param name="proto">The graph they are appended to.</param>
    /// <param name="names">Makes names of values and nodes.</param>
    public static void Write(Node node, ElementType source, GraphProto proto, FreshNames names)
    {
        long narrow = node.Attributes.Int(Cast.NarrowAttribute, 0), to = node.Attributes.Int("to", 0);
        if (Cast.NarrowInteger(narrow) is not (4, var isSigned))
        {
            To(to, To(narrow, node.Inputs[0]), node.Outputs[0]);
            return;
        }

        string integers = To(Int32, source == ElementType.Float32 ? Rounded(node.Inputs[0]) : node.Inputs[0]);
        string low = Op("BitwiseAnd", [integers, Constant(15)]);
        // The sign bit of 4 turned, then taken off: 8 to 15 become -8 to -1.
        if (isSigned) low = Op("Sub", [Op("BitwiseXor", [low, Constant(8)]), Constant(8)]);
        To(to, low, node.Outputs[0]);

        // In double precision, where a half can be added to any float without rounding it up to the next integer.
        string Rounded(string x)
        {
            string wide = To(Double, x), half = names.Value(node.Outputs[0] + "_half");
            var tensor = new TensorProto { Name = half, DataType = Double };
            tensor.DoubleData.Add(0.5);
            proto.Initializer.Add(tensor);
            return Op("Mul", [Op("Floor", [Op("Add", [Op("Abs", [wide]), half])]), Op("Sign", [wide])]);
        }

        string Constant(int value)
        {
            string name = names.Value(node.Outputs[0] + "_bits");
            proto.Initializer.Add(AttributeExporter.Tensor(name, Tensor.Scalar(value)));
            return name;
        }

        string To(long type, string x, string? output = null)
        {
            string cast = Op("Cast", [x], output);
            proto.Node[^1].Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = type });
            return cast;
        }

        string Op(string op, string[] inputs, string? output = null)
        {
            output ??= names.Value(node.Outputs[0] + "_narrow");
            var step = new NodeProto { OpType = op, Name = names.Node($"{node.Name}_{op}"), Output = { output } };
            step.Input.Add(inputs);
            proto.Node.Add(step);
            return output;
        }
    }
}
