using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Compiler.Tests.Support;

/// <summary>
/// Writes ONNX models in memory. Weights are ConstantOfShape nodes, so that a network of a hundred million weights is a few
/// kilobytes. Every method returns the name of the value it adds.
/// </summary>
internal sealed class OnnxModelBuilder
{
    private readonly GraphProto _graph = new() { Name = "test" };
    private int _count;

    public string Input(string name, params int[] dims)
    {
        _graph.Input.Add(Value(name, dims));
        return name;
    }

    public byte[] Build(string output, params int[] dims) => Build([(output, dims)]);

    public byte[] Build(params (string Name, int[] Dims)[] outputs)
    {
        foreach ((string name, int[] dims) in outputs) _graph.Output.Add(Value(name, dims));
        var model = new ModelProto { IrVersion = 9, Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 20 });
        return model.ToByteArray();
    }

    public string Node(string op, string[] inputs, params AttributeProto[] attributes)
    {
        string name = $"{op}_{_count++}";
        var node = new NodeProto { OpType = op, Name = name };
        node.Input.Add(inputs);
        node.Output.Add(name + "_out");
        node.Attribute.Add(attributes);
        _graph.Node.Add(node);
        return name + "_out";
    }

    /// <summary>Parts of a value along an axis.</summary>
    public string[] Split(string x, int axis, params long[] sizes)
    {
        Node("Split", [x, Integers(sizes)], Int("axis", axis));
        NodeProto node = _graph.Node[^1];
        string name = node.Output[0];
        node.Output.Clear();
        node.Output.Add(sizes.Select((_, i) => $"{name}_{i}"));
        return [.. node.Output];
    }

    public string Weights(params long[] dims) => Node("ConstantOfShape", [Integers(dims)],
        new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = Float(0.01f) });

    public string Integers(params long[] values)
    {
        string name = $"shape_{_count++}";
        var tensor = new TensorProto { Name = name, DataType = 7 };
        tensor.Dims.Add(values.Length);
        tensor.Int64Data.Add(values);
        _graph.Initializer.Add(tensor);
        return name;
    }

    public string Floats(params float[] values)
    {
        string name = $"floats_{_count++}";
        var tensor = new TensorProto { Name = name, DataType = 1 };
        tensor.Dims.Add(values.Length);
        tensor.FloatData.Add(values);
        _graph.Initializer.Add(tensor);
        return name;
    }

    public string Conv(string x, int inputs, int outputs, int kernel, int stride = 1, int? pad = null, int groups = 1)
    {
        int p = pad ?? kernel / 2;
        return Node("Conv", [x, Weights(outputs, inputs / groups, kernel, kernel)],
            Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", p, p, p, p), Int("group", groups));
    }

    public string Gemm(string x, int inputs, int outputs) => Node("Gemm", [x, Weights(outputs, inputs)], Int("transB", 1));

    public string MatMul(string x, int inputs, int outputs) => Node("MatMul", [x, Weights(inputs, outputs)]);

    public string Relu(string x) => Node("Relu", [x]);

    public string Add(string a, string b) => Node("Add", [a, b]);

    public string MaxPool(string x, int kernel, int stride, int pad) =>
        Node("MaxPool", [x], Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Ints("pads", pad, pad, pad, pad));

    public string Reshape(string x, params long[] dims) => Node("Reshape", [x, Integers(dims)]);

    public string Transpose(string x, params long[] order) => Node("Transpose", [x], Ints("perm", order));

    public static AttributeProto Int(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Text(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    private static TensorProto Float(float value)
    {
        var tensor = new TensorProto { DataType = 1 };
        tensor.Dims.Add(1);
        tensor.FloatData.Add(value);
        return tensor;
    }

    private static ValueInfoProto Value(string name, int[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (int d in dims) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } },
        };
    }
}
