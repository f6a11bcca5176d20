using Cim.Onnx.Proto;

namespace Cim.Compiler.Import;

/// <summary>Renames the values of nodes that are copied to another place.</summary>
internal static class GraphNames
{
    /// <summary>Renames what a node reads by <paramref name="names"/> and gives what it computes fresh names, which are added
    /// there.</summary>
    /// <param name="node">A copy; changed.</param>
    /// <param name="names">New names by old ones; what is not among them is defined outside and keeps its name.</param>
    /// <param name="fresh">A name nobody has, like the one asked for.</param>
    public static void Rename(NodeProto node, Dictionary<string, string> names, Func<string, string> fresh)
    {
        for (int i = 0; i < node.Input.Count; i++) node.Input[i] = names.GetValueOrDefault(node.Input[i], node.Input[i]);
        foreach (AttributeProto attribute in node.Attribute)
            if (attribute.G is { } graph) RenameCaptured(graph, names);
        for (int i = 0; i < node.Output.Count; i++)
        {
            if (node.Output[i].Length == 0) continue;
            if (!names.TryGetValue(node.Output[i], out string? name)) names[node.Output[i]] = name = fresh(node.Output[i]);
            node.Output[i] = name;
        }
    }

    /// <summary>Renames what a graph inside a node reads from outside.</summary>
    private static void RenameCaptured(GraphProto graph, Dictionary<string, string> names)
    {
        var outer = new Dictionary<string, string>(names, StringComparer.Ordinal);
        foreach (string own in graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(t => t.Name))
            .Concat(graph.Node.SelectMany(n => n.Output)))
            outer.Remove(own);
        foreach (NodeProto node in graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++) node.Input[i] = outer.GetValueOrDefault(node.Input[i], node.Input[i]);
            foreach (AttributeProto attribute in node.Attribute)
                if (attribute.G is { } inner) RenameCaptured(inner, outer);
        }

        foreach (ValueInfoProto output in graph.Output) output.Name = outer.GetValueOrDefault(output.Name, output.Name);
    }
}
