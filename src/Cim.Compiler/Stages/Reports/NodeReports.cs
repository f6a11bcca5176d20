using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Reporting;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The network in the report.</summary>
internal static class NodeReports
{
    /// <summary>The operators of a network in their order; constants are left out.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="layers">The names of its layers on arrays.</param>
    public static ImmutableArray<NodeReport> Of(Graph graph, IEnumerable<string> layers)
    {
        Dictionary<string, int> numbers = layers.Distinct().Select((name, i) => (name, i))
            .ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        Dictionary<string, int> layerOf = new(numbers, StringComparer.Ordinal);
        foreach (MvmLayer layer in MvmLayers.Find(graph))
            if (numbers.TryGetValue(layer.NodeName, out int number))
                foreach (LayerUse use in layer.Uses) layerOf[use.NodeName] = number;

        var producers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string input in graph.Inputs) producers[input] = -1;
        var nodes = ImmutableArray.CreateBuilder<NodeReport>();
        foreach (Node node in graph.Nodes)
        {
            int[] inputs = [.. node.Inputs.Where(producers.ContainsKey).Select(i => producers[i]).Distinct()];
            if (inputs.Length == 0) continue;
            foreach (string output in node.Outputs.Where(o => o.Length > 0)) producers[output] = nodes.Count;
            string first = node.Outputs.First(o => o.Length > 0);
            nodes.Add(new NodeReport(node.Name, node.Op, [.. graph.Values[first].Shape.Bind(1).Dims], [.. inputs],
                layerOf.GetValueOrDefault(node.Name, -1)));
        }

        return nodes.ToImmutable();
    }
}
