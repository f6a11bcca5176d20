using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Afterwards every root of a group is followed by QuantizeLinear and DequantizeLinear, all its readers see the
/// dequantized value, and every layer input has a pair of its own with the same parameters (which changes nothing, the
/// operators between commute with quantization, but is the form integer kernels are recognised by).
/// </summary>
internal sealed class InsertActivationQuantizers(
    ImmutableArray<(ActivationGroup Group, QuantizationParameters Parameters)> groups) : IGraphPass
{
    public Graph Run(Graph graph)
    {
        if (groups.IsEmpty) return graph;
        var parameters = new Dictionary<string, QuantizationParameters>(StringComparer.Ordinal);
        var layerInputs = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal); // value -> layers that read it
        foreach ((ActivationGroup group, QuantizationParameters p) in groups)
        {
            foreach (string root in group.Roots) parameters[root] = p;
            foreach (string input in group.LayerInputs) parameters[input] = p;
        }

        foreach ((ActivationGroup group, _) in groups)
            foreach (string input in group.LayerInputs.Where(i => !group.Roots.Contains(i)))
                layerInputs[input] = [.. group.Readers];

        var roots = new HashSet<string>(groups.SelectMany(g => g.Group.Roots), StringComparer.Ordinal);
        var copy = new GraphCopy(graph);
        var dequantized = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string input in graph.Inputs) After(input);
        foreach (Node node in graph.Nodes)
        {
            copy.Nodes.Add(node with { Inputs = [.. node.Inputs.Select(i => Replacement(i, node))] });
            foreach (string output in node.Outputs) After(output);
        }

        return copy.ToGraph();

        void After(string value)
        {
            if (roots.Contains(value) || layerInputs.ContainsKey(value))
                dequantized[value] = QuantizerNodes.Quantize(copy, value, parameters[value]);
        }

        string Replacement(string value, Node reader)
        {
            if (!dequantized.TryGetValue(value, out string? replacement)) return value;
            return roots.Contains(value) || layerInputs[value].Contains(reader.Name) ? replacement : value;
        }
    }
}
