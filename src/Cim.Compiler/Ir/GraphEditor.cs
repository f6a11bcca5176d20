using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// A mutable working copy of a graph for one pass that changes it here and there. Nodes are looked up by the values they compute and
/// read; <see cref="Build"/> puts the result in order, drops what nobody reads and infers all shapes again. A pass that writes every
/// node anew uses a <see cref="GraphCopy"/>.
/// </summary>
internal sealed class GraphEditor
{
    private readonly Graph _graph;
    private readonly Dictionary<string, (Node Node, int Order)> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _constants;
    private readonly HashSet<string> _outputs;
    private ImmutableDictionary<string, ValueInfo> _values;
    private bool _changed;

    public GraphEditor(Graph graph)
    {
        _graph = graph;
        _constants = new(graph.Constants, StringComparer.Ordinal);
        _outputs = new(graph.Outputs, StringComparer.Ordinal);
        _values = graph.Values;
        for (int i = 0; i < graph.Nodes.Length; i++) Insert(graph.Nodes[i], i);
    }

    /// <summary>The nodes at this moment, in the order of the original graph.</summary>
    public ImmutableArray<Node> Nodes => [.. _nodes.Values.OrderBy(n => n.Order).Select(n => n.Node)];

    /// <summary>The node of this name as it is now, or null if it was removed.</summary>
    public Node? Find(string name) => _nodes.TryGetValue(name, out (Node Node, int) n) ? n.Node : null;

    /// <summary>The node that computes a value; null for inputs and constants.</summary>
    public Node? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that read a value, once each.</summary>
    public ImmutableArray<Node> Readers(string value) =>
        _readers.TryGetValue(value, out List<string>? names) ? [.. names.Distinct().Select(n => _nodes[n].Node)] : [];

    public bool IsOutput(string value) => _outputs.Contains(value);

    /// <summary>The only reader of a value that is no graph output, else null.</summary>
    public Node? OnlyReader(string value) =>
        !IsOutput(value) && _readers.TryGetValue(value, out List<string>? names) && names.Count == 1 ? _nodes[names[0]].Node : null;

    public Tensor? Constant(string value) => _constants.GetValueOrDefault(value);

    /// <summary>Type and shape of a value; of values added by this pass only constants are known.</summary>
    public ValueInfo Info(string value) => _constants.TryGetValue(value, out Tensor? t) ? new ValueInfo(t.Type, t.Shape) : _values[value];

    public Shape ShapeOf(string value) => Info(value).Shape;

    /// <summary>Replaces a node by others, which take its place in the order.</summary>
    public void Replace(Node old, params ReadOnlySpan<Node> by)
    {
        int order = _nodes[old.Name].Order;
        Remove(old);
        foreach (Node node in by) Insert(node, order);
    }

    public void Remove(Node node)
    {
        _changed = true;
        _nodes.Remove(node.Name);
        foreach (string output in node.Outputs)
            if (output.Length > 0) _producers.Remove(output);
        foreach (string input in node.Inputs)
            if (input.Length > 0) _readers[input].Remove(node.Name);
    }

    /// <summary>
    /// Makes every reader of <paramref name="value"/> read <paramref name="by"/>. A graph output keeps its name: then the
    /// node computing <paramref name="by"/> computes it under the output's name instead. False if that is impossible
    /// (both are outputs, or <paramref name="by"/> is an input or constant); nothing is changed then.
    /// The node computing <paramref name="value"/> must have been removed.
    /// </summary>
    public bool Redirect(string value, string by)
    {
        if (IsOutput(value))
        {
            if (IsOutput(by) || Producer(by) is not { } producer) return false;
            Replace(producer, producer with { Outputs = producer.Outputs.Replace(by, value) });
            _values = _values.SetItem(value, Info(by));
            (value, by) = (by, value);
        }

        foreach (Node reader in Readers(value))
            Replace(reader, reader with { Inputs = [.. reader.Inputs.Select(i => i == value ? by : i)] });
        return true;
    }

    /// <summary>True if <see cref="Redirect"/> would succeed.</summary>
    public bool CanRedirect(string value, string by) => !IsOutput(value) || (!IsOutput(by) && Producer(by) is not null);

    /// <summary>Adds a constant under a name derived from <paramref name="wanted"/>.</summary>
    public string AddConstant(string wanted, Tensor value)
    {
        string name = FreshValue(wanted);
        _constants.Add(name, value);
        _changed = true;
        return name;
    }

    /// <summary>Turns a computed value into a constant; its node must have been removed.</summary>
    public void SetConstant(string value, Tensor tensor)
    {
        _constants[value] = tensor;
        _changed = true;
    }

    /// <summary>Declares the type and shape of a value this pass introduces, so that later steps of the same pass may ask.</summary>
    public void Declare(string value, ElementType type, Shape shape) => _values = _values.SetItem(value, new ValueInfo(type, shape));

    /// <summary>Makes <see cref="Build"/> work even if no node was edited.</summary>
    public void MarkChanged() => _changed = true;

    public string FreshValue(string wanted)
    {
        string name = wanted;
        for (int i = 2; _values.ContainsKey(name) || _constants.ContainsKey(name) || _producers.ContainsKey(name); i++)
            name = $"{wanted}_{i}";
        return name;
    }

    public string FreshNode(string wanted)
    {
        string name = wanted;
        for (int i = 2; _nodes.ContainsKey(name); i++) name = $"{wanted}_{i}";
        return name;
    }

    /// <summary>The edited graph, or the original if nothing was changed.</summary>
    public Graph Build()
    {
        if (!_changed) return _graph;
        HashSet<string> live = Live();
        List<Node> nodes = [.. Nodes.Where(n => n.Outputs.Any(live.Contains))];
        var read = new HashSet<string>(nodes.SelectMany(n => n.Inputs).Concat(_graph.Outputs), StringComparer.Ordinal);
        var constants = _constants.Where(c => read.Contains(c.Key)).ToImmutableDictionary(StringComparer.Ordinal);
        nodes = TopologicalSort.Sort(nodes, _graph.Inputs.Concat(constants.Keys));
        nodes = [.. nodes.Select(n => n with { Outputs = [.. n.Outputs.Select((o, i) => i == 0 || live.Contains(o) ? o : "")] })];
        return ShapeInference.Infer(_graph with { Nodes = [.. nodes], Constants = constants });
    }

    private HashSet<string> Live()
    {
        var live = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(_graph.Outputs);
        while (open.TryPop(out string? value))
            if (value.Length > 0 && live.Add(value) && Producer(value) is { } node)
                foreach (string input in node.Inputs) open.Push(input);
        return live;
    }

    private void Insert(Node node, int order)
    {
        _changed |= order < _graph.Nodes.Length && !ReferenceEquals(_graph.Nodes[order], node);
        _nodes.Add(node.Name, (node, order));
        foreach (string output in node.Outputs)
            if (output.Length > 0) _producers.Add(output, node);
        foreach (string input in node.Inputs)
        {
            if (input.Length == 0) continue;
            if (!_readers.TryGetValue(input, out List<string>? readers)) _readers.Add(input, readers = []);
            readers.Add(node.Name);
        }
    }
}
