using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>Afterwards convolutions and pools say their padding in <c>pads</c>; <c>auto_pad</c> is gone.</summary>
internal sealed class ResolveAutoPad : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is not ("Conv" or "MaxPool" or "AveragePool") || !node.Attributes.Has("auto_pad")) continue;
            AttributeMap attributes = node.Attributes.Without("auto_pad");
            if (node.Attributes.String("auto_pad", "NOTSET") != "NOTSET")
            {
                Shape input = editor.ShapeOf(node.Inputs[0]).Bind(1), output = editor.ShapeOf(node.Outputs[0]).Bind(1);
                (int[] begin, int[] end) = ConvolutionGeometryReader.Pads(node, input, Kernel(node, editor), output,
                    node.Attributes.Ints("strides"), node.Attributes.Ints("dilations"));

                // With the padding explicit, rounding down gives the same output size; rounding up could add a position.
                attributes = attributes.With("pads", [.. begin.Concat(end).Select(p => (long)p)]).Without("ceil_mode");
            }

            editor.Replace(node, node with { Attributes = attributes });
        }

        return editor.Build();
    }

    /// <summary>Kernel extents behind two dimensions that are not spatial.</summary>
    private static Shape Kernel(Node node, GraphEditor editor)
    {
        if (node.Op == "Conv") return editor.ShapeOf(node.Inputs[1]);
        ImmutableArray<long> kernel = node.Attributes.Ints("kernel_shape");
        return new Shape([1, 1, .. kernel.Select(k => checked((int)k))]);
    }
}
