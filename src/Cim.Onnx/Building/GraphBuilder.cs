using Cim.Onnx.Proto;

namespace Cim.Onnx.Building;

/// <summary>
/// Appends nodes, constants, inputs and outputs to an ONNX graph. Names are made unique by counting, so the
/// same sequence of calls always gives the same bytes.
/// </summary>
/// <remarks>Not thread-safe. A builder may start from an existing graph; it then appends to it in place.</remarks>
public sealed class GraphBuilder
{
    /// <summary>The default operator set of graphs built here.</summary>
    public const int DefaultOpset = 17;

    /// <summary>The IR version written into models built here (ONNX 1.12, the first with opset 17).</summary>
    public const int IrVersion = 8;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);

    /// <summary>Starts an empty graph.</summary>
    public GraphBuilder(string name, TensorProto.Types.DataType floatType = TensorProto.Types.DataType.Float)
        : this(new GraphProto { Name = name }, floatType)
    {
    }

    /// <summary>Continues <paramref name="graph"/>, which is changed in place.</summary>
    /// <param name="graph">The graph to append to.</param>
    /// <param name="floatType">Element type of constants made by <see cref="Scalar(double)"/> and
    /// <see cref="Constant(ReadOnlySpan{double}, ReadOnlySpan{long})"/>.</param>
    public GraphBuilder(GraphProto graph, TensorProto.Types.DataType floatType = TensorProto.Types.DataType.Float)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Graph = graph;
        FloatType = floatType;
        foreach (NodeProto node in graph.Node)
        {
            _names.UnionWith(node.Output);
            _names.Add(node.Name);
        }

        _names.UnionWith(graph.Input.Select(input => input.Name));
        _names.UnionWith(graph.Initializer.Select(tensor => tensor.Name));
    }

    /// <summary>The graph under construction.</summary>
    public GraphProto Graph { get; }

    /// <summary>Element type of the real numbers in this graph: FLOAT or DOUBLE.</summary>
    public TensorProto.Types.DataType FloatType { get; }

    /// <summary>A name that is not used in the graph yet, made from <paramref name="hint"/>.</summary>
    public string Unique(string hint)
    {
        if (_names.Add(hint))
            return hint;
        int counter = _counters.GetValueOrDefault(hint);
        string name;
        do
        {
            name = FormattableString.Invariant($"{hint}_{++counter}");
        }
        while (!_names.Add(name));
        _counters[hint] = counter;
        return name;
    }

    /// <summary>Adds a graph input. A negative dimension is dynamic.</summary>
    public string Input(string name, ReadOnlySpan<long> dims, TensorProto.Types.DataType? type = null)
    {
        string unique = Unique(name);
        Graph.Input.Add(Tensors.ValueInfo(unique, type ?? FloatType, dims));
        return unique;
    }

    /// <summary>Declares <paramref name="value"/> a graph output.</summary>
    public void Output(string value, ReadOnlySpan<long> dims, TensorProto.Types.DataType? type = null) =>
        Graph.Output.Add(Tensors.ValueInfo(value, type ?? FloatType, dims));

    /// <summary>Declares <paramref name="value"/> a graph output of unstated shape.</summary>
    public void Output(string value, TensorProto.Types.DataType? type = null) =>
        Graph.Output.Add(Tensors.ValueInfoOfUnknownShape(value, type ?? FloatType));

    /// <summary>Adds a named initializer.</summary>
    public string Initializer(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        tensor.Name = Unique(tensor.Name);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A scalar of the graph's real type; equal scalars share one initializer.</summary>
    public string Scalar(double value) => Shared(
        FormattableString.Invariant($"scalar_{FloatType}_{value:R}"), "scalar", () => Tensors.Real(FloatType, [value], []));

    /// <summary>A one-dimensional int64 constant; equal ones share one initializer.</summary>
    public string Ints(params ReadOnlySpan<long> values)
    {
        long[] copy = values.ToArray();
        return Shared("ints_" + string.Join(',', copy), "ints", () => Tensors.Int64(copy, [copy.Length]));
    }

    /// <summary>A scalar int64 constant; equal ones share one initializer.</summary>
    public string IntScalar(long value) =>
        Shared(FormattableString.Invariant($"int_{value}"), "int", () => Tensors.Int64([value], []));

    /// <summary>A constant of the graph's real type.</summary>
    public string Constant(ReadOnlySpan<double> values, ReadOnlySpan<long> dims)
    {
        TensorProto tensor = Tensors.Real(FloatType, values, dims);
        tensor.Name = "constant";
        return Initializer(tensor);
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    public string Op(string operatorType, params ReadOnlySpan<string> inputs) => Node(operatorType, inputs).Output[0];

    /// <summary>Adds a node with one output and attributes and returns the output's name.</summary>
    public string Op(string operatorType, string[] inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        NodeProto node = Node(operatorType, inputs);
        foreach (AttributeProto attribute in attributes)
            node.Attribute.Add(attribute);
        return node.Output[0];
    }

    /// <summary>Adds a node with <paramref name="outputs"/> outputs. Trailing empty inputs are dropped.</summary>
    public NodeProto Node(string operatorType, ReadOnlySpan<string> inputs, int outputs = 1, string domain = "")
    {
        var node = new NodeProto { OpType = operatorType, Name = Unique(operatorType) };
        if (domain.Length > 0)
            node.Domain = domain;
        int count = inputs.Length;
        while (count > 0 && string.IsNullOrEmpty(inputs[count - 1]))
            count--;
        for (int i = 0; i < count; i++)
            node.Input.Add(inputs[i] ?? "");
        for (int i = 0; i < outputs; i++)
            node.Output.Add(Unique(outputs == 1 ? node.Name + ":0" : FormattableString.Invariant($"{node.Name}:{i}")));
        Graph.Node.Add(node);
        return node;
    }

    /// <summary>Wraps the graph in a model.</summary>
    public ModelProto Build(int opset = DefaultOpset, params ReadOnlySpan<(string Domain, int Version)> otherOperatorSets)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "Cim.Sdk", Graph = Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        foreach ((string domain, int version) in otherOperatorSets)
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        return model;
    }

    private string Shared(string key, string hint, Func<TensorProto> make)
    {
        if (_constants.TryGetValue(key, out string? name))
            return name;
        TensorProto tensor = make();
        tensor.Name = hint;
        return _constants[key] = Initializer(tensor);
    }
}
