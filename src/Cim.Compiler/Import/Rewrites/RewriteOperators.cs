using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>
/// Afterwards every node is one of the operators the runtime knows: what <see cref="OperatorRewrites"/> lists is written out
/// in others, with the shapes found on the way.
/// </summary>
internal sealed class RewriteOperators
{
    /// <summary>Loops in loops would otherwise be written out without end.</summary>
    private const int MaxNodes = 1 << 17;

    private readonly GrowingShapes _shapes;
    private readonly Dictionary<string, Tensor> _constants;
    private readonly Dictionary<string, ImmutableArray<string>> _sequences = new(StringComparer.Ordinal);
    private readonly HashSet<string> _values, _nodeNames, _read, _declared;
    private readonly List<Node> _nodes = [];

    private RewriteOperators(Graph graph, int opset)
    {
        Opset = opset;
        SingleIntegers =
        [
            .. graph.Inputs.Where(i => graph.Values[i] is { Type: ElementType.Int64 or ElementType.Int32, Shape: var shape }
                && shape.IsSingle()),
        ];
        _shapes = new GrowingShapes(graph);
        _constants = new(graph.Constants, StringComparer.Ordinal);
        _read = new(graph.Nodes.SelectMany(n => n.Inputs.Concat(Subgraph.Captured(n))).Concat(graph.Outputs), StringComparer.Ordinal);
        _values = new(graph.Nodes.SelectMany(n => n.Outputs).Concat(graph.Inputs).Concat(graph.Constants.Keys), StringComparer.Ordinal);
        _declared = new(_values, StringComparer.Ordinal);
        _nodeNames = new(graph.Nodes.Select(n => n.Name), StringComparer.Ordinal);
    }

    /// <summary>The version of the standard operators the model is written in.</summary>
    public int Opset { get; }

    /// <summary>The model's inputs that are one integer each: a caller can set their value.</summary>
    public ImmutableArray<string> SingleIntegers { get; }

    /// <summary>Types, shapes and constants of what is written so far.</summary>
    public GrowingShapes Shapes => _shapes;

    /// <param name="graph">Types and shapes of its inputs are known, no others.</param>
    /// <param name="opset">The version of the standard operators.</param>
    public static Graph Run(Graph graph, int opset)
    {
        if (!graph.Nodes.Any(n => OperatorRewrites.Contains(n.Op))) return graph;
        var writer = new RewriteOperators(graph, opset);
        foreach (Node node in ReadDynamicQuantization.Run(graph)) writer.Write(node);
        if (graph.Outputs.FirstOrDefault(writer._sequences.ContainsKey) is { } output)
            throw new CimException(ErrorCodes.UnsupportedOperators,
                $"Output '{output}' is a sequence, and outputs must be tensors. Export the model with one tensor for each of its values.");
        return graph with
        {
            Nodes = [.. writer._nodes],
            Constants = writer._constants.ToImmutableDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>Appends a node, or what it is rewritten to.</summary>
    public void Write(Node node)
    {
        if (node.Op == "Identity" && Sequence(node.Inputs[0]) is { } sequence)
        {
            DefineSequence(node.Outputs[0], sequence);
            return;
        }

        if (OperatorRewrites.Find(node.Op) is { } rewrite)
        {
            rewrite.Rewrite(new RewriteContext(this, node));
            return;
        }

        if (_nodes.Count == MaxNodes)
            throw new CimException(ErrorCodes.UnsupportedOperators,
                $"The model would have more than {MaxNodes} nodes once its loops are written out (at node '{node.Name}'). Export it with "
                    + $"fewer rounds.");
        _shapes.Add(node);
        _nodes.Add(node);
    }

    /// <summary>True if some node or output reads a value; values of nodes that rewrites write are assumed to be read.</summary>
    public bool IsRead(string value) => value.Length > 0 && (_read.Contains(value) || !_declared.Contains(value));

    /// <summary>Adds constants under names that are taken already.</summary>
    public void Define(string name, Tensor value)
    {
        _constants.Add(name, value);
        _values.Add(name);
        _shapes.Add(name, value);
    }

    /// <summary>The values of a sequence; null for what is a tensor.</summary>
    public ImmutableArray<string>? Sequence(string value) =>
        _sequences.TryGetValue(value, out ImmutableArray<string> values) ? values : null;

    /// <summary>Gives a list of values a name.</summary>
    public void DefineSequence(string name, ImmutableArray<string> values) => _sequences[name] = values;

    /// <summary>Every name that is taken by a value.</summary>
    public IReadOnlySet<string> Values => _values;

    public string AddConstant(string wanted, Tensor value)
    {
        string name = FreshValue(wanted);
        _constants.Add(name, value);
        _shapes.Add(name, value);
        return name;
    }

    public string FreshValue(string wanted) => Fresh(_values, wanted);

    public string FreshNode(string wanted) => Fresh(_nodeNames, wanted);

    /// <summary>The constants, for nodes converted late (the bodies of If and Loop).</summary>
    public IReadOnlyDictionary<string, Tensor> Constants => _constants;

    /// <summary>Gives the value of a node written last the name of an output that was promised. False if it has readers or no
    /// node.</summary>
    public bool TryRename(string value, string name, int from)
    {
        int at = _nodes.FindIndex(from, n => n.Outputs.Contains(value));
        if (at < 0) return false;
        for (int i = at; i < _nodes.Count; i++)
            _nodes[i] = _nodes[i] with
            {
                Inputs = [.. _nodes[i].Inputs.Select(v => v == value ? name : v)],
                Outputs = [.. _nodes[i].Outputs.Select(v => v == value ? name : v)],
            };
        _shapes.Rename(value, name);
        return true;
    }

    /// <summary>How many nodes are written.</summary>
    public int Count => _nodes.Count;

    private static string Fresh(HashSet<string> taken, string wanted)
    {
        string name = wanted;
        for (int i = 2; !taken.Add(name); i++) name = $"{wanted}_{i}";
        return name;
    }
}
