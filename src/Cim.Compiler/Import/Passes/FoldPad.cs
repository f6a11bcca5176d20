using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Import.Passes;

/// <summary>Afterwards zero padding of the spatial axes in front of convolutions is part of them.</summary>
internal sealed class FoldPad : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op != "Pad" || editor.IsOutput(node.Outputs[0]) || SpatialPads(node, editor) is not { } pads) continue;
            ImmutableArray<Node> readers = editor.Readers(node.Outputs[0]);
            if (readers.IsEmpty || !readers.All(r => r.Op == "Conv" && r.Inputs[0] == node.Outputs[0] && r.Inputs.Count(i => i == node.Outputs[0]) == 1)) continue;
            foreach (Node conv in readers)
            {
                ImmutableArray<long> own = conv.Attributes.Ints("pads");
                long[] sum = [.. pads.Select((p, i) => p + (own.IsDefault ? 0 : own[i]))];
                editor.Replace(conv, conv with { Inputs = conv.Inputs.SetItem(0, node.Inputs[0]), Attributes = conv.Attributes.With("pads", sum) });
            }

            editor.Remove(node);
        }

        return editor.Build();
    }

    /// <summary>[begin.., end..] of the spatial axes, or null if the node pads anything else or with anything but zero.</summary>
    private static long[]? SpatialPads(Node node, GraphEditor editor)
    {
        int rank = editor.ShapeOf(node.Inputs[0]).Rank;
        if (rank < 3 || node.Attributes.String("mode", "constant") != "constant") return null;
        if (editor.Constant(node.Inputs[1]) is not { Type: ElementType.Int64 } given) return null;
        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0
            && !(editor.Constant(node.Inputs[2]) is { Type: ElementType.Float32, Length: 1 } value && value.Span<float>()[0] == 0)) return null;

        ReadOnlySpan<long> pads = given.Span<long>();
        int[] axes = [.. Enumerable.Range(0, rank)];
        if (node.Inputs.Length > 3 && node.Inputs[3].Length > 0)
        {
            if (editor.Constant(node.Inputs[3]) is not { Type: ElementType.Int64 } named) return null;
            axes = [.. named.Span<long>().ToArray().Select(a => (int)(a < 0 ? a + rank : a))];
        }

        long[] spatial = new long[2 * (rank - 2)];
        for (int i = 0; i < axes.Length; i++)
        {
            (long begin, long end) = (pads[i], pads[i + axes.Length]);
            if (begin < 0 || end < 0 || (axes[i] < 2 && (begin > 0 || end > 0))) return null;
            if (axes[i] >= 2) (spatial[axes[i] - 2], spatial[axes[i] - 2 + rank - 2]) = (begin, end);
        }

        return spatial;
    }
}
