using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>
/// CausalConvWithState of opset 27 (x, weights, bias?, state?): a depthwise Conv behind the last k - 1 positions, which are the state
/// of the next call.
/// </summary>
internal sealed class RewriteCausalConv : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["CausalConvWithState"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0), weights = context.Input(1);
        Shape shape = context.ShapeOf(x), kernel = context.ShapeOf(weights);
        if (shape.Rank != 3 || kernel.Rank != 3) throw context.Error($"input {shape} and weights {kernel} need three dimensions");
        int before = kernel[2] - 1;
        string padded = context.Has(3) ? context.Concat(2, context.Input(3), x)
            : context.Op("Pad", [x, context.Longs(0, 0, before, 0, 0, 0)]);
        string y = context.Op("Conv", context.Has(2) ? [padded, weights, context.Input(2)] : [padded, weights],
            AttributeMap.Empty.With("group", shape[1]));
        y = context.Attributes.String("activation", "none") switch
        {
            "none" => y,
            "silu" or "swish" => context.Mul(y, context.Op("Sigmoid", [y])),
            var other => throw context.Unsupported($"the activation '{other}' is not supported"),
        };
        context.Return(y);
        if (context.IsRead(1)) context.Return(context.Slice(padded, 2, shape[2], shape[2] + before), 1);
    }
}
