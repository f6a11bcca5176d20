using Cim.Onnx.Proto;

namespace Cim.Training.Ort;

/// <summary>Removes nodes and initializers that no output depends on.</summary>
internal static class DeadNodes
{
    public static void Remove(GraphProto graph)
    {
        var live = new HashSet<string>(graph.Output.Select(output => output.Name), StringComparer.Ordinal);
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (graph.Node[i].Output.Any(live.Contains))
                live.UnionWith(graph.Node[i].Input);
            else
                graph.Node.RemoveAt(i);
        }

        for (int i = graph.Initializer.Count - 1; i >= 0; i--)
        {
            if (!live.Contains(graph.Initializer[i].Name))
                graph.Initializer.RemoveAt(i);
        }
    }
}
