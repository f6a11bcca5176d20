using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// A changed copy of a graph that is written node by node, in order: the caller appends every node of the result and declares the type of
/// every new value, and nothing is inferred. For passes that add quantizers all over a graph; one that looks up and replaces a few nodes
/// uses a <see cref="GraphEditor"/>.
/// </summary>
internal sealed class GraphCopy
{
    private readonly Graph _source;
    private readonly ImmutableDictionary<string, Tensor>.Builder _constants;
    private readonly ImmutableDictionary<string, ValueInfo>.Builder _values;
    private readonly HashSet<string> _nodeNames;

    public GraphCopy(Graph source)
    {
        _source = source;
        _constants = source.Constants.ToBuilder();
        _values = source.Values.ToBuilder();
        _nodeNames = new HashSet<string>(source.Nodes.Select(n => n.Name), StringComparer.Ordinal);
    }

    /// <summary>The nodes of the result; the caller copies or replaces those of the source.</summary>
    public List<Node> Nodes { get; } = [];

    public ValueInfo Info(string value) => _values[value];

    /// <summary>Declares a new value and returns its name.</summary>
    public string Value(string wanted, ValueInfo info)
    {
        string name = wanted;
        for (int i = 1; _values.ContainsKey(name); i++) name = $"{wanted}_{i}";
        _values[name] = info;
        return name;
    }

    public string Constant(string wanted, Tensor tensor)
    {
        string name = Value(wanted, new ValueInfo(tensor.Type, tensor.Shape));
        _constants[name] = tensor;
        return name;
    }

    /// <summary>Appends a node with one new output.</summary>
    public string Add(
        string op, string wantedName, ImmutableArray<string> inputs, string wantedOutput, ValueInfo output, AttributeMap? attributes = null)
    {
        string value = Value(wantedOutput, output);
        Nodes.Add(new Node(op, NodeName(wantedName), inputs, [value], attributes ?? AttributeMap.Empty));
        return value;
    }

    public string NodeName(string wanted)
    {
        string name = wanted;
        for (int i = 1; !_nodeNames.Add(name); i++) name = $"{wanted}_{i}";
        return name;
    }

    /// <summary>The new graph; constants and value infos nobody uses are dropped.</summary>
    public Graph ToGraph()
    {
        var used = new HashSet<string>(_source.Inputs.Concat(_source.Outputs), StringComparer.Ordinal);
        foreach (Node node in Nodes)
        {
            used.UnionWith(node.Inputs);
            used.UnionWith(node.Outputs);
        }

        foreach (string name in _values.Keys.Where(n => !used.Contains(n)).ToList())
        {
            _values.Remove(name);
            _constants.Remove(name);
        }

        return _source with { Nodes = [.. Nodes], Constants = _constants.ToImmutable(), Values = _values.ToImmutable() };
    }
}
