using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Normalization;

/// <summary>LpNormalization: x divided by its L1 or L2 norm along an axis; zero where the norm is zero.</summary>
internal sealed class RewriteLpNormalization : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["LpNormalization"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        long p = context.Attributes.Int("p", 2), axis = context.Attributes.Int("axis", -1);
        if (p is not (1 or 2)) throw context.Error($"p is {p}; 1 and 2 are norms of this operator");
        string norm = context.Op(p == 1 ? "ReduceL1" : "ReduceL2",
            [x, context.Longs(context.Axis(axis, context.ShapeOf(x).Rank))], AttributeMap.Empty.With("keepdims", 1));
        string zero = context.Scalar(0f);
        context.Return(context.Div(x, context.Op("Where", [context.Op("Equal", [norm, zero]), context.Scalar(1f), norm])));
    }
}
