using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Quantization;

/// <summary>Tensors that share one scale.</summary>
/// <param name="Roots">Where the values are made: each is quantized there, once, for all its readers.</param>
/// <param name="LayerInputs">What layers read, reached from the roots through operators quantization commutes with.</param>
/// <param name="Layers">The layers that read them.</param>
internal sealed record ActivationGroup(ImmutableArray<string> Roots, ImmutableArray<string> LayerInputs, ImmutableArray<string> Layers)
{
    /// <summary>The nodes that compute with those layers: several where layers share weights.</summary>
    public ImmutableArray<string> Readers { get => field.IsDefault ? Layers : field; init; }
}

/// <summary>
/// Decides which tensors are quantized. A layer's input is followed upstream through operators that only move values
/// (pooling by maximum, reshapes, slices, concatenation ...) to where the values are made; quantizing there lets integers
/// flow all the way. Tensors joined by a concatenation share a scale. Inputs a model already quantizes are left alone.
/// </summary>
internal static class ActivationGroups
{
    public static ImmutableArray<ActivationGroup> Find(Graph graph, ImmutableArray<MvmLayer> layers)
    {
        var topology = new GraphTopology(graph);
        var owner = new Dictionary<string, int>(StringComparer.Ordinal); // root -> group
        var groups = new List<(List<string> Roots, List<string> Inputs, List<string> Layers)?>();
        foreach (MvmLayer layer in layers)
        {
            // All uses of a layer read numbers of one scale: its arrays know no other.
            if (layer.Uses.Any(u => IsQuantized(topology, u.Input))) continue;
            string[] read = [.. layer.Uses.Select(u => u.Input).Distinct(StringComparer.Ordinal)];
            List<string> roots = [];
            foreach (string input in read)
            {
                List<string> own = [];
                roots.AddRange(Collect(topology, input, own) ? own : [input]);
            }

            roots = [.. roots.Distinct(StringComparer.Ordinal)];

            int[] touched = [.. roots.Where(owner.ContainsKey).Select(r => owner[r]).Distinct().Order()];
            int target = touched.Length > 0 ? touched[0] : groups.Count;
            if (touched.Length == 0) groups.Add(([], [], []));
            var group = groups[target]!.Value;
            foreach (int other in touched.Skip(1))
            {
                var absorbed = groups[other]!.Value;
                group.Roots.AddRange(absorbed.Roots);
                group.Inputs.AddRange(absorbed.Inputs);
                group.Layers.AddRange(absorbed.Layers);
                groups[other] = null;
            }

            group.Roots.AddRange(roots.Where(r => !group.Roots.Contains(r)));
            group.Inputs.AddRange(read.Where(i => !group.Inputs.Contains(i)));
            group.Layers.Add(layer.NodeName);
            foreach (string root in group.Roots) owner[root] = target;
        }

        return [.. groups.Where(g => g is not null)
            .Select(g => new ActivationGroup([.. g!.Value.Roots], [.. g.Value.Inputs], [.. g.Value.Layers])
            {
                Readers = [.. layers.Where(l => g.Value.Layers.Contains(l.NodeName)).SelectMany(l => l.Uses).Select(u => u.NodeName)],
            })];
    }

    /// <summary>True if a value comes from a DequantizeLinear, possibly moved on the way.</summary>
    public static bool IsQuantized(GraphTopology topology, string value)
    {
        for (Node? node = topology.Producer(value); node is not null; node = topology.Producer(value))
        {
            if (node.Op == "DequantizeLinear") return QuantizerNodes.Read(topology.Graph, node) is not null;
            if (MovementOperators.DataInputs(topology.Graph, node) is not { Length: 1 } inputs) return false;
            if (MovementOperators.AddsZeros(node)) return false;
            value = inputs[0];
        }

        return false;
    }

    /// <returns>False if some path ends at a value that is already quantized or constant: then the layer's input is its own root.</returns>
    private static bool Collect(GraphTopology topology, string value, List<string> roots)
    {
        Node? node = topology.Producer(value);
        if (topology.Graph.Constants.ContainsKey(value) || node?.Op == "DequantizeLinear") return false;
        if (topology.Graph.Values[value].Type != ElementType.Float32) return false;
        if (node is null || MovementOperators.DataInputs(topology.Graph, node) is not { } inputs)
        {
            roots.Add(value);
            return true;
        }

        return inputs.All(i => Collect(topology, i, roots));
    }
}
