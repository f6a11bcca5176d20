using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>The precision of layers a model brings quantized: nothing a policy says can change it.</summary>
internal static class PrequantizedPrecision
{
    /// <summary>The policy with the model's own bits for every tensor that is quantized already.</summary>
    public static QuantizationPolicy Apply(Graph graph, QuantizationPolicy policy)
    {
        var topology = new GraphTopology(graph);
        Dictionary<string, MvmLayer> layers = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        return new QuantizationPolicy(
        [
            .. policy.Layers.Select(item => !layers.TryGetValue(item.Name, out MvmLayer? layer) ? item : item with
            {
                // The integers of a layer with shared columns have room for shifts; the policy knows the width of its columns.
                WeightBits = item.SharedColumns is null
                    ? QuantizedWeights.Read(graph, layer)?.Bits ?? item.WeightBits
                    : item.WeightBits,
                ActivationBits = ActivationBits(topology, layer.Input) ?? item.ActivationBits,
            }),
        ]);
    }

    private static int? ActivationBits(GraphTopology topology, string value)
    {
        if (!ActivationGroups.IsQuantized(topology, value)) return null;
        Node node = topology.Producer(value)!;
        while (node.Op != "DequantizeLinear") node = topology.Producer(MovementOperators.DataInputs(topology.Graph, node)!.Value[0])!;
        return QuantizerNodes.Read(topology.Graph, node)!.Bits;
    }
}
