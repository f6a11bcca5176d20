using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards no Transpose or reshape lies between a DequantizeLinear of constants and its reader: the integers are
/// turned instead, so that the layer still sees quantized constants.
/// </summary>
internal sealed class MoveDequantizeBehindLayout : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node original in graph.Nodes)
        {
            if (editor.Find(original.Name) is not { } node
                || node.Op is not ("Transpose" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze"))
                continue;
            if (!ConstantMatrix.IsDequantized(editor, node.Inputs[0]) || !node.Inputs.Skip(1).All(i => editor.Constant(i) is not null))
                continue;
            Node dequantize = editor.Producer(node.Inputs[0])!;
            Tensor integers = editor.Constant(dequantize.Inputs[0])!;
            if (AxisAfter(node, dequantize, integers.Shape.Rank, editor) is not { } axis) continue;

            Tensor?[] inputs = [integers, .. node.Inputs.Skip(1).Select(editor.Constant)];
            Tensor turned = DigitalEvaluator.Evaluate(node.Op, node.Attributes, inputs, node.Name)[0];
            string data = editor.AddConstant(dequantize.Inputs[0], turned);
            editor.Replace(node, new Node(
                "DequantizeLinear", node.Name, dequantize.Inputs.SetItem(0, data), node.Outputs, dequantize.Attributes.With("axis", axis)));
        }

        return editor.Build();
    }

    /// <summary>The axis of the scales afterwards (any for a single scale), or null if it is lost.</summary>
    private static long? AxisAfter(Node node, Node dequantize, int rank, GraphEditor editor)
    {
        if (editor.Constant(dequantize.Inputs[1])!.Length == 1 && editor.Constant(dequantize.Inputs[1])!.Shape.Rank == 0) return 0;
        if (node.Op != "Transpose") return null;
        long axis = dequantize.Attributes.Int("axis", 1);
        if (axis < 0) axis += rank;
        ImmutableArray<long> perm = node.Attributes.Ints("perm");
        return perm.IsDefault ? rank - 1 - axis : perm.IndexOf(axis);
    }
}
