using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards there is no BatchNormalization with constant statistics: its scale and shift are in the weights and bias
/// of the Conv or Gemm before it, or, where there is none, a Mul and an Add.
/// </summary>
internal sealed class FoldBatchNormalization : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op != "BatchNormalization" || ScaleAndShift(node, editor) is not var (scale, shift)) continue;
            if (LinearLayer.Before(editor, node.Inputs[0]) is { } linear && linear.Outputs == scale.Length
                && editor.CanRedirect(node.Outputs[0], node.Inputs[0]))
            {
                linear.ScaleOutputs(editor, scale, shift);
                editor.Remove(node);
                editor.Redirect(node.Outputs[0], node.Inputs[0]);
                continue;
            }

            int rank = editor.ShapeOf(node.Inputs[0]).Rank;
            int[] dims = rank < 2 ? [scale.Length] : [scale.Length, .. Enumerable.Repeat(1, rank - 2)];
            string product = editor.FreshValue(node.Name + "_scaled");
            editor.Replace(node,
                new Node("Mul", editor.FreshNode(node.Name + "_scale"),
                    [node.Inputs[0], editor.AddConstant(node.Name + "_scale", Tensor.Create<float>(new Shape(dims), scale))], [product],
                    AttributeMap.Empty),
                new Node("Add", node.Name, [product,
                    editor.AddConstant(node.Name + "_shift", Tensor.Create<float>(new Shape(dims), shift))], [node.Outputs[0]],
                    AttributeMap.Empty));
        }

        return editor.Build();
    }

    private static (float[] Scale, float[] Shift)? ScaleAndShift(Node node, GraphEditor editor)
    {
        Tensor?[] constants = [.. node.Inputs.Skip(1).Select(editor.Constant)];
        if (constants.Length != 4 || constants.Any(c => c is not { Type: ElementType.Float32 })) return null;
        ReadOnlySpan<float> gamma = constants[0]!.Span<float>(),
            beta = constants[1]!.Span<float>(),
            mean = constants[2]!.Span<float>(),
            variance = constants[3]!.Span<float>();
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        float[] scale = new float[gamma.Length], shift = new float[gamma.Length];
        for (int i = 0; i < scale.Length; i++)
        {
            double s = gamma[i] / Math.Sqrt(variance[i] + epsilon);
            (scale[i], shift[i]) = ((float)s, (float)(beta[i] - (mean[i] * s)));
        }

        return (scale, shift);
    }
}
