using System.Globalization;
using Cim.Compiler.Ir;

namespace Cim.Compiler.Export;

/// <summary>Names of what an export adds, none of them a name of the graph.</summary>
internal sealed class FreshNames(Graph graph)
{
    private readonly HashSet<string> _values = new(graph.Values.Keys, StringComparer.Ordinal);
    private readonly HashSet<string> _nodes = new(graph.Nodes.Select(n => n.Name), StringComparer.Ordinal);

    public string Value(string wanted) => Fresh(_values, wanted);

    public string Node(string wanted) => Fresh(_nodes, wanted);

    private static string Fresh(HashSet<string> names, string wanted)
    {
        string name = wanted;
        for (int i = 2; !names.Add(name); i++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_{i}");
        return name;
    }
}
