using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Normalization;

/// <summary>
/// GroupNormalization: InstanceNormalization of the groups, then scale and shift, by group (opset 18 to 20) or by channel (from 21).
/// </summary>
internal sealed class RewriteGroupNormalization : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["GroupNormalization"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        int groups = checked((int)context.Attributes.Int("num_groups", 0)), channels = shape.Rank > 1 ? shape[1] : 0;
        if (shape.Rank < 2 || groups <= 0 || channels % groups != 0)
            throw context.Error($"{channels} channels do not divide into {groups} groups");
        string one = context.Constant("one", Tensor.Create<float>(new Shape(groups), [.. Enumerable.Repeat(1f, groups)]));
        string zero = context.Constant("zero", Tensor.Create<float>(new Shape(groups), new float[groups]));
        string normal = context.Op("InstanceNormalization",
            [context.Reshape(x, [shape[0], groups, shape.Product(context, 1, shape.Rank) / groups]), one, zero],
            AttributeMap.Empty.With("epsilon", context.Attributes.Float("epsilon", 1e-5f)));
        string restored = context.Reshape(normal, shape.Dims.AsSpan());
        context.Return(context.Add(context.Mul(restored, ByChannel(context, 1, shape, groups)), ByChannel(context, 2, shape, groups)));
    }

    /// <summary>One number a channel, shaped to stand beside the channels' axis.</summary>
    private static string ByChannel(RewriteContext context, int input, Shape shape, int groups)
    {
        string values = context.Input(input);
        int[] spatial = [.. Enumerable.Repeat(1, shape.Rank - 2)];
        if (context.Opset >= 21 || context.ShapeOf(values)[0] != groups || groups == shape[1])
            return context.Reshape(values, [shape[1], .. spatial]);
        string repeated = context.Op("Expand", [context.Reshape(values, [groups, 1]), context.Longs(groups, shape[1] / groups)]);
        return context.Reshape(repeated, [shape[1], .. spatial]);
    }
}
