using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards every Reshape with at most one dimension that depends on the batch has a constant target, that dimension
/// being -1; what computed the target is gone.
/// </summary>
internal sealed class FixShapeInputs : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node node in graph.Nodes)
        {
            if (node.Op != "Reshape" || editor.Constant(node.Inputs[1]) is not null) continue;
            if (TargetOf(editor.ShapeOf(node.Outputs[0])) is not { } target) continue;
            editor.Replace(node, Reshape(editor, node.Name, node.Inputs[0], node.Outputs[0], target));
        }

        return editor.Build();
    }

    /// <summary>The Reshape target that gives a shape for every batch, or null if there is none.</summary>
    public static long[]? TargetOf(Shape shape)
    {
        long[] target = [.. shape.Dims.Select(d => d < 0 ? -1L : d)];
        return target.Count(d => d == -1) > 1 || target.Contains(0) ? null : target;
    }

    /// <summary>A Reshape node to a constant target.</summary>
    public static Node Reshape(GraphEditor editor, string name, string input, string output, ReadOnlySpan<long> target) =>
        new("Reshape", name, [input, editor.AddConstant(name + "_target", Tensor.Create(new Shape(target.Length), target))], [output],
            AttributeMap.Empty);
}
