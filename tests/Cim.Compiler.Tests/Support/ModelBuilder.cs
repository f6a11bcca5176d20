using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Kind = Cim.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Cim.Compiler.Tests.Support;

/// <summary>Builds small ONNX models for tests, at any opset, well-formed or not.</summary>
internal sealed class ModelBuilder
{
    private readonly Random _random;

    public ModelBuilder(int opset = 17, int seed = 1)
    {
        _random = new Random(seed);
        Model = new ModelProto { IrVersion = opset < 9 ? 3 : 8, Graph = new GraphProto { Name = "test" } };
        Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    public ModelProto Model { get; }

    public byte[] Bytes => Model.ToByteArray();

    /// <summary>An input; a dimension of -1 is the batch, named N.</summary>
    public ModelBuilder Input(string name, params int[] dims)
    {
        Model.Graph.Input.Add(Value(name, 1, dims));
        return this;
    }

    public ModelBuilder Output(string name, int type = 1)
    {
        Model.Graph.Output.Add(
            new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type } } });
        return this;
    }

    /// <summary>Normal random weights of standard deviation 1/sqrt(fan-in), so that activations stay of order one.</summary>
    public ModelBuilder Weight(string name, params int[] dims)
    {
        float[] values = new float[dims.Aggregate(1, (a, b) => a * b)];
        double scale = 1 / Math.Sqrt(Math.Max(1, dims.Skip(1).Aggregate(1, (a, b) => a * b)));
        for (int i = 0; i < values.Length; i++) values[i] = (float)(scale * ((_random.NextDouble() * 2) - 1) * 1.7);
        return Constant(name, Tensor.Create<float>(new Shape(dims), values));
    }

    /// <summary>Random values in [low, high].</summary>
    public ModelBuilder Uniform(string name, float low, float high, params int[] dims)
    {
        float[] values = new float[dims.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++) values[i] = low + ((high - low) * _random.NextSingle());
        return Constant(name, Tensor.Create<float>(new Shape(dims), values));
    }

    public ModelBuilder Ints(string name, params long[] values) => Constant(name, Tensor.Create<long>(new Shape(values.Length), values));

    public ModelBuilder Scalar(string name, float value) => Constant(name, Tensor.Scalar(value));

    public ModelBuilder Constant(string name, Tensor value)
    {
        var proto = new TensorProto { Name = name, DataType = (int)value.Type, RawData = ByteString.CopyFrom(value.Data.Span) };
        proto.Dims.Add(value.Shape.Dims.Select(d => (long)d));
        Model.Graph.Initializer.Add(proto);
        return this;
    }

    /// <summary>A node; inputs and outputs are separated by spaces, "_" is an omitted one; <c>domain.Operator</c> is of another
    /// domain.</summary>
    public ModelBuilder Node(string op, string inputs, string outputs, params (string Name, object Value)[] attributes) =>
        Node("", op, inputs, outputs, attributes);

    public ModelBuilder Node(string name, string op, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        string domain = op.Contains('.', StringComparison.Ordinal) ? op[..op.LastIndexOf('.')] : "", type = op[(op.LastIndexOf('.') + 1)..];
        var node = new NodeProto { Name = name.Length > 0 ? name : $"{type}_{outputs.Split(' ')[0]}", OpType = type, Domain = domain };
        if (Model.OpsetImport.All(o => o.Domain != domain))
            Model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = domain == "ai.onnx.ml" ? 3 : 1 });
        node.Input.Add(inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(i => i == "_" ? "" : i));
        node.Output.Add(outputs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(o => o == "_" ? "" : o));
        foreach ((string key, object value) in attributes) node.Attribute.Add(Attribute(key, value));
        Model.Graph.Node.Add(node);
        return this;
    }

    public static ValueInfoProto Value(string name, int type, params int[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (int d in dims)
            shape.Dim.Add(
                d < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "N" } : new TensorShapeProto.Types.Dimension { DimValue = d });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } },
        };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var a = new AttributeProto { Name = name };
        switch (value)
        {
            case int i: (a.Type, a.I) = (Kind.Int, i); break;
            case float f: (a.Type, a.F) = (Kind.Float, f); break;
            case string s: (a.Type, a.S) = (Kind.String, ByteString.CopyFromUtf8(s)); break;
            case int[] list: a.Type = Kind.Ints; a.Ints.Add(list.Select(i => (long)i)); break;
            case float[] list: a.Type = Kind.Floats; a.Floats.Add(list); break;
            case string[] list: a.Type = Kind.Strings; a.Strings.Add(list.Select(ByteString.CopyFromUtf8)); break;
            case GraphProto g: (a.Type, a.G) = (Kind.Graph, g); break;
            default: throw new ArgumentException(value.GetType().Name);
        }

        return a;
    }
}
