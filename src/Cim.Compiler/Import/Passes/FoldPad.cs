using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards padding of the spatial axes is part of what reads it: of zeros in front of convolutions, of minus infinity (what a
/// maximum ignores) in front of MaxPool.
/// </summary>
internal sealed class FoldPad : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op != "Pad" || editor.IsOutput(node.Outputs[0]) || SpatialPads(node, editor) is not { } pads) continue;
            ImmutableArray<Node> readers = editor.Readers(node.Outputs[0]);
            if (readers.IsEmpty || !readers.All(
                r => r.Inputs[0] == node.Outputs[0] && r.Inputs.Count(i => i == node.Outputs[0]) == 1 && Takes(r, node, pads, editor)))
                continue;
            foreach (Node reader in readers)
                editor.Replace(reader, reader with {
                    Inputs = reader.Inputs.SetItem(0, node.Inputs[0]), Attributes = reader.Attributes.With("pads", Sum(reader, pads)) });

            editor.Remove(node);
        }

        return editor.Build();
    }

    private static long[] Sum(Node reader, long[] pads)
    {
        ImmutableArray<long> own = reader.Attributes.Ints("pads");
        return [.. pads.Select((p, i) => p + (own.IsDefault ? 0 : own[i]))];
    }

    private static bool Takes(Node reader, Node pad, long[] pads, GraphEditor editor)
    {
        float value = Value(pad, editor);
        if (reader.Op == "Conv") return value == 0;
        if (reader.Op != "MaxPool" || value > -float.MaxValue || reader.Attributes.Int("ceil_mode", 0) != 0) return false;
        // Padding of a pool ends before its window does: a maximum of nothing is no number.
        ImmutableArray<long> kernel = reader.Attributes.Ints("kernel_shape");
        return Sum(reader, pads).Select((p, i) => p < kernel[i % kernel.Length]).All(fits => fits)
            && reader.Outputs.Skip(1).All(o => o.Length == 0);
    }

    /// <summary>What is padded with; NaN if that is not constant.</summary>
    private static float Value(Node pad, GraphEditor editor)
    {
        if (pad.Inputs.Length < 3 || pad.Inputs[2].Length == 0) return 0;
        return editor.Constant(pad.Inputs[2]) is { Type: ElementType.Float32, Length: 1 } value ? value.Span<float>()[0] : float.NaN;
    }

    /// <summary>[begin.., end..] of the spatial axes, or null if the node pads anything else.</summary>
    private static long[]? SpatialPads(Node node, GraphEditor editor)
    {
        int rank = editor.ShapeOf(node.Inputs[0]).Rank;
        if (rank < 3 || node.Attributes.String("mode", "constant") != "constant") return null;
        if (editor.Constant(node.Inputs[1]) is not { Type: ElementType.Int64 } given) return null;

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
