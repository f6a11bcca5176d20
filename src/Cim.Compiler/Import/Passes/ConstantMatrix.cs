using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>Brings constant matrices, float or quantized, to the form [outputs, inputs].</summary>
internal static class ConstantMatrix
{
    /// <summary>True if the value is a DequantizeLinear of constants.</summary>
    public static bool IsDequantized(GraphEditor editor, string value) =>
        editor.Producer(value) is { Op: "DequantizeLinear" } node && node.Inputs.All(i => i.Length == 0 || editor.Constant(i) is not null);

    /// <summary>
    /// The name of alpha * B as [outputs, inputs], where B is input 1 of the node, stored that way already if
    /// <paramref name="transposed"/>. Null if it is not constant. <paramref name="inGraph"/> is the node as the editor
    /// knows it, where <paramref name="node"/> is only a view of it.
    /// </summary>
    public static string? Transposed(GraphEditor editor, Node node, bool transposed, float alpha, Node? inGraph = null)
    {
        string name = node.Inputs[1];
        if (editor.Constant(name) is { Shape.Rank: 2 } constant)
        {
            if (transposed && alpha == 1) return name;
            Tensor turned = transposed ? constant : Transpose(constant);
            return editor.AddConstant(name, alpha == 1 ? turned : Scale(turned, alpha));
        }

        if (!IsDequantized(editor, name)) return null;
        Node dequantize = editor.Producer(name)!;
        if (editor.Constant(dequantize.Inputs[0]) is not { Shape.Rank: 2 } integers) return null;
        if (transposed && alpha == 1) return name;

        string data = transposed ? dequantize.Inputs[0] : editor.AddConstant(dequantize.Inputs[0], Transpose(integers));
        string scale = alpha == 1
            ? dequantize.Inputs[1]
            : editor.AddConstant(dequantize.Inputs[1], Scale(editor.Constant(dequantize.Inputs[1])!, alpha));
        long axis = dequantize.Attributes.Int("axis", 1);
        if (axis < 0) axis += 2;
        string output = editor.FreshValue(name + "_matrix");
        editor.Declare(output, ElementType.Float32, transposed ? integers.Shape : new Shape(integers.Shape[1], integers.Shape[0]));
        node = inGraph ?? node;
        editor.Replace(node,
            new Node("DequantizeLinear", editor.FreshNode(dequantize.Name + "_matrix"),
                dequantize.Inputs.SetItem(0, data).SetItem(1, scale), [output],
                dequantize.Attributes.With("axis", transposed ? axis : 1 - axis)),
            node);
        return output;
    }

    private static Tensor Transpose(Tensor matrix)
    {
        int size = matrix.Type.SizeOf(), rows = matrix.Shape[0], columns = matrix.Shape[1];
        ReadOnlySpan<byte> source = matrix.Data.Span;
        // One value everywhere, as in graphs of shapes alone: large networks would take their memory twice.
        if (source.Length <= size || source[size..].SequenceEqual(source[..^size]))
            return new Tensor(matrix.Type, new Shape(columns, rows), matrix.Data);
        byte[] result = new byte[source.Length];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                source.Slice(((r * columns) + c) * size, size).CopyTo(result.AsSpan(((c * rows) + r) * size));
        return new Tensor(matrix.Type, new Shape(columns, rows), result);
    }

    private static Tensor Scale(Tensor tensor, float factor)
    {
        float[] values = tensor.Span<float>().ToArray();
        foreach (ref float v in values.AsSpan()) v *= factor;
        return Tensor.Create<float>(tensor.Shape, values);
    }
}
