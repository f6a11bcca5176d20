using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards integers of fewer than 8 bits, which standard ONNX can only keep in bytes, say so in
/// <see cref="Node.BitsAttribute"/>: quantized constants have the fewest bits that hold them, and a Clip of integers to the
/// range of a width is part of the QuantizeLinear before it.
/// </summary>
internal sealed class ReadNarrowIntegers : IGraphPass
{
    private const int MinBits = QuantizationPolicy.MinBits, MaxBits = QuantizationPolicy.MaxBits;

    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node original in graph.Nodes)
        {
            if (editor.Find(original.Name) is not { } node) continue;
            if (node.Op == "QuantizeLinear") AbsorbClip(editor, node);
            else if (ConstantBits(editor, node) is { } bits and < MaxBits) editor.Replace(node, WithBits(node, bits));
        }

        return editor.Build();
    }

    private static void AbsorbClip(GraphEditor editor, Node quantize)
    {
        string value = quantize.Outputs[0];
        if (quantize.Attributes.Int(Node.BitsAttribute, MaxBits) != MaxBits || editor.OnlyReader(value) is not { Op: "Clip" } clip) return;
        bool signed = editor.Info(value).Type == ElementType.Int8;
        if (Bound(editor, clip, 1) is not { } low || Bound(editor, clip, 2) is not { } high) return;
        for (int bits = MinBits; bits < MaxBits; bits++)
        {
            var range = new QuantizationParameters(1, 0, bits, signed);
            if (range.Min != low || range.Max != high) continue;
            string clipped = clip.Outputs[0];
            // Bits are told by both ends of a tensor of integers; something else that reads it would not know them.
            ImmutableArray<Node> readers = editor.Readers(clipped);
            if (editor.IsOutput(clipped) || !readers.All(r => r.Op == "DequantizeLinear")) return;
            editor.Remove(clip);
            editor.Replace(quantize, WithBits(quantize, bits));
            foreach (Node reader in readers)
                editor.Replace(reader, WithBits(reader with { Inputs = reader.Inputs.SetItem(0, value) }, bits));
            return;
        }
    }

    private static int? Bound(GraphEditor editor, Node clip, int index) =>
        clip.Inputs.Length > index && editor.Constant(clip.Inputs[index]) is { Length: 1 } t ? QuantizerNodes.Integer(t, 0) : null;

    /// <summary>The fewest bits, in two's complement, that hold dequantized constants of a symmetric quantization; null for any other
    /// node.</summary>
    private static int? ConstantBits(GraphEditor editor, Node node)
    {
        if (node.Op != "DequantizeLinear" || node.Attributes.Int(Node.BitsAttribute, MaxBits) != MaxBits) return null;
        if (editor.Constant(node.Inputs[0]) is not { Type: ElementType.Int8, Length: > 0 } integers) return null;
        bool hasZeroPoint = node.Inputs.Length > 2 && node.Inputs[2].Length > 0;
        if (hasZeroPoint && (editor.Constant(node.Inputs[2]) is not { } zero || zero.Data.Span.ContainsAnyExcept((byte)0))) return null;
        // -1 and 1 alone are binary.
        if (!integers.Span<sbyte>().ContainsAnyExcept((sbyte)-1, (sbyte)1)) return 1;
        int largest = 0;
        foreach (sbyte q in integers.Span<sbyte>()) largest = Math.Max(largest, q < 0 ? -(q + 1) : q);
        int bits = MinBits;
        while (largest >> (bits - 1) != 0) bits++;
        return bits;
    }

    private static Node WithBits(Node node, int bits) => node with { Attributes = node.Attributes.With(Node.BitsAttribute, bits) };
}
