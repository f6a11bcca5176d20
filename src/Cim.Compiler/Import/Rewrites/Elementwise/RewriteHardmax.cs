using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>Hardmax: 1 at the first maximum along an axis, 0 elsewhere.</summary>
internal sealed class RewriteHardmax : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Hardmax"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        int axis = context.Axis(context.Attributes.Int("axis", -1), shape.Rank);
        string first = context.Op("ArgMax", [x], AttributeMap.Empty.With("axis", axis).With("keepdims", 1));
        context.Return(context.Cast(context.Op("Equal", [first, Counter.Along(context, shape, axis)]), ElementType.Float32));
    }
}
