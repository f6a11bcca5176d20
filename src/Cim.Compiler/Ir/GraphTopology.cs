namespace Cim.Compiler.Ir;

/// <summary>Who makes and who reads each value of a graph.</summary>
internal sealed class GraphTopology
{
    private readonly Dictionary<string, Node> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Node>> _consumers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs;

    public GraphTopology(Graph graph)
    {
        Graph = graph;
        _outputs = new HashSet<string>(graph.Outputs, StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            foreach (string output in node.Outputs)
                if (output.Length > 0) _producers[output] = node;
            foreach (string input in node.Inputs.Distinct(StringComparer.Ordinal))
            {
                if (input.Length == 0) continue;
                if (!_consumers.TryGetValue(input, out List<Node>? list)) _consumers[input] = list = [];
                list.Add(node);
            }
        }
    }

    public Graph Graph { get; }

    /// <summary>The node that computes a value; null for inputs and constants.</summary>
    public Node? Producer(string value) => _producers.GetValueOrDefault(value);

    public IReadOnlyList<Node> Consumers(string value) => _consumers.TryGetValue(value, out List<Node>? list) ? list : [];

    public bool IsOutput(string value) => _outputs.Contains(value);

    /// <summary>The only reader of a value that is not an output of the graph, else null.</summary>
    public Node? OnlyConsumer(string value) =>
        !IsOutput(value) && Consumers(value) is [Node one] && one.Inputs.Count(i => i == value) == 1 ? one : null;
}
