using System.Collections.Immutable;
using Cim.Compiler.Ir;

namespace Cim.Compiler.Ort;

/// <summary>Cuts the part out of a graph that computes some values from others.</summary>
internal static class GraphSlice
{
    /// <param name="graph">The whole.</param>
    /// <param name="wanted">The values to compute; they become the outputs.</param>
    /// <param name="available">The values that are known; those used become the inputs.</param>
    public static Graph Of(Graph graph, IReadOnlyCollection<string> wanted, Func<string, bool> available)
    {
        var needed = new HashSet<string>(wanted.Where(w => !available(w)), StringComparer.Ordinal);
        var inputs = new HashSet<string>(StringComparer.Ordinal);
        var nodes = new List<Node>();
        foreach (Node node in graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(needed.Contains)) continue;
            nodes.Add(node);
            foreach (string input in node.Inputs)
            {
                if (input.Length == 0 || graph.Constants.ContainsKey(input)) continue;
                if (available(input)) inputs.Add(input);
                else needed.Add(input);
            }
        }

        nodes.Reverse();
        var used = new HashSet<string>(
            nodes.SelectMany(n => n.Inputs.Concat(n.Outputs)).Concat(inputs).Concat(wanted), StringComparer.Ordinal);
        return graph with
        {
            Inputs = [.. inputs.Order(StringComparer.Ordinal)],
            Outputs = [.. wanted.Where(needed.Contains)],
            Nodes = [.. nodes],
            Constants = graph.Constants.Where(c => used.Contains(c.Key)).ToImmutableDictionary(StringComparer.Ordinal),
            Values = graph.Values.Where(v => used.Contains(v.Key)).ToImmutableDictionary(StringComparer.Ordinal),
        };
    }
}
