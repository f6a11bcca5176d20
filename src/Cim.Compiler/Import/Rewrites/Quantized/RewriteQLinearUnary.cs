using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// The operators of ONNX Runtime on one integer tensor (x, scale, zero, y scale, y zero): the operator on real numbers between
/// DequantizeLinear and QuantizeLinear.
/// </summary>
internal sealed class RewriteQLinearUnary : IOperatorRewrite
{
    private const string Prefix = "com.microsoft.QLinear";

    private static readonly string[] _operators =
        ["Sigmoid", "LeakyRelu", "Softmax", "GlobalAveragePool", "AveragePool", "ReduceMean"];

    public IReadOnlyList<string> Operators { get; } = [.. _operators.Select(op => Prefix + op)];

    public void Rewrite(RewriteContext context)
    {
        string op = context.Node.Op[Prefix.Length..];
        AttributeMap attributes = context.Attributes.Without("channels_last").Without("opset");
        bool last = context.Attributes.Int("channels_last", 0) != 0;
        string x = context.Real(0);
        if (last) x = ChannelOrder.First(context, x);
        string y = op switch
        {
            "ReduceMean" when attributes.Ints("axes") is { IsDefaultOrEmpty: false } axes =>
                context.Op(op, [x, context.Longs(axes.AsSpan())], attributes.Without("axes")),
            "Softmax" when context.Attributes.Int("opset", 13) < 13 => FlatSoftmax(context, x, attributes),
            _ => context.Op(op, [x], attributes),
        };
        context.Return(context.Quantized(last ? ChannelOrder.Last(context, y) : y, 3));
    }

    /// <summary>Softmax of the input flattened to a matrix at its axis, as before opset 13.</summary>
    private static string FlatSoftmax(RewriteContext context, string x, AttributeMap attributes)
    {
        var shape = context.ShapeOf(x);
        int axis = context.Axis(attributes.Int("axis", 1), shape.Rank);
        string flat = context.Op("Flatten", [x], AttributeMap.Empty.With("axis", axis));
        return context.Reshape(context.Op("Softmax", [flat], AttributeMap.Empty.With("axis", -1)), shape.Dims.AsSpan());
    }
}
