using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Normalization;

/// <summary>
/// LRN: x / (bias + alpha / size * sum of squares of the neighbouring channels)^beta. The mean of the squares is an AveragePool
/// over the channels, zeros beyond the ends counted.
/// </summary>
internal sealed class RewriteLrn : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["LRN"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        long size = context.Attributes.Int("size", 0);
        if (size < 1) throw context.Error($"size is {size}, it must be positive");
        string squares = context.Reshape(context.Mul(x, x), [shape[0], 1, shape[1], shape.Product(context, 2, shape.Rank)]);
        string mean = context.Op("AveragePool", [squares], AttributeMap.Empty.With("kernel_shape", [size, 1]).With("count_include_pad", 1)
            .With("pads", [(size - 1) / 2, 0, size / 2, 0]));
        string around = context.Reshape(mean, shape.Dims.AsSpan());
        string root = context.Add(context.Mul(around, context.Attributes.Float("alpha", 1e-4f)), context.Attributes.Float("bias", 1));
        context.Return(context.Div(x, context.Op("Pow", [root, context.Scalar(context.Attributes.Float("beta", 0.75f))])));
    }
}
