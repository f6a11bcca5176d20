using Cim.Runtime;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// DynamicQuantizeLinear: uint8 integers over the range of the data (zero included), their scale and zero point. Where its readers are
/// products with constant weights, <see cref="ReadDynamicQuantization"/> has taken it away before.
/// </summary>
internal sealed class RewriteDynamicQuantizeLinear : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["DynamicQuantizeLinear"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0), zero = context.Scalar(0f);
        AttributeMap whole = AttributeMap.Empty.With("keepdims", 0);
        string axes = context.Longs([.. Enumerable.Range(0, context.ShapeOf(x).Rank)]);
        string low = context.Op("Min", [context.Op("ReduceMin", [x, axes], whole), zero]);
        string high = context.Op("Max", [context.Op("ReduceMax", [x, axes], whole), zero]);
        string range = context.Div(context.Sub(high, low), context.Scalar(255f));
        string scale = context.Op("Where", [context.Op("Equal", [range, zero]), context.Scalar(1f), range]);
        string shifted = context.Op("Clip", [context.Op("Neg", [context.Div(low, scale)]), zero, context.Scalar(255f)]);
        string zeroPoint = context.Cast(context.Op("Round", [shifted]), ElementType.UInt8);
        context.Return(context.Op("QuantizeLinear", [x, scale, zeroPoint]));
        context.Return(scale, 1);
        context.Return(zeroPoint, 2);
    }
}
