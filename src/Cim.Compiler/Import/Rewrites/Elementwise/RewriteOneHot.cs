using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>OneHot (indices, depth, [off, on]) with a constant depth: the index compared with 0 .. depth-1 along a new axis; indices
/// below zero count from the end, others outside give no "on".</summary>
internal sealed class RewriteOneHot : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["OneHot"];

    public void Rewrite(RewriteContext context)
    {
        long depth = context.Constant(context.Cast(context.Input(1), ElementType.Int64)) is { Length: 1 } known
            ? known.Span<long>()[
                0] : throw context.Error("input 1 ('depth') must be known when the model is compiled; it is computed from the data");
        if (depth is < 1 or > 1 << 20) throw context.Error($"depth is {depth}");
        int rank = context.ShapeOf(context.Input(0)).Rank + 1;
        int axis = context.Axis(context.Attributes.Int("axis", -1), rank);
        string index = context.Unsqueeze(context.Cast(context.Input(0), ElementType.Int64), axis);
        string wrapped = context.Op("Where",
            [context.Op("Less", [index, context.Scalar(0L)]), context.Add(index, context.Scalar(depth)), index]);
        int[] dims = [.. Enumerable.Range(0, rank).Select(i => i == axis ? (int)depth : 1)];
        string hit = context.Op("Equal", [wrapped,
            context.Constant("counter", Tensor.Create<long>(new Shape(dims), Counter.Values((int)depth)))]);
        string off = context.Op("Gather", [context.Input(2), context.Scalar(0L)]),
            on = context.Op("Gather", [context.Input(2), context.Scalar(1L)]);
        context.Return(context.Op("Where", [hit, on, off]));
    }
}
