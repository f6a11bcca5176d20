using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards the graph knows the moments its normalisations give (mean beta, deviation |gamma|) under the names the values can have
/// once normalisations are folded.
/// </summary>
internal sealed class RecordNormalisation : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var found = ImmutableDictionary.CreateBuilder<string, ChannelMoments>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op != "BatchNormalization" || Vector(graph, node, 1) is not { } gamma || Vector(graph, node, 2) is not { } beta)
                continue;
            var moments = new ChannelMoments(beta, [.. gamma.Select(Math.Abs)]);
            // Folded into the layer before it, the normalised value bears that layer's name.
            found[node.Inputs[0]] = moments;
            found[node.Outputs[0]] = moments;
        }

        return found.Count == 0 ? graph : graph with { Normalised = found.ToImmutable() };
    }

    private static ImmutableArray<double>? Vector(Graph graph, Node node, int index) =>
        node.Inputs.Length > index && graph.Constants.TryGetValue(node.Inputs[index], out Tensor? t) && t.Type == ElementType.Float32
            ? [.. t.Span<float>().ToArray().Select(v => (double)v)] : null;
}
