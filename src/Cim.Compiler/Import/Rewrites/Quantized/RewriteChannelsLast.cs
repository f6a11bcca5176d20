namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// The operators of QONNX whose channels are the last axis (of a convolution's weights, too): the standard operator between two
/// transpositions.
/// </summary>
internal sealed class RewriteChannelsLast : IOperatorRewrite
{
    private static readonly string[] _wrapped = ["Conv", "MaxPool", "AveragePool", "BatchNormalization"];

    public IReadOnlyList<string> Operators { get; } =
        [.. _wrapped.SelectMany(op => new[] { $"qonnx.custom_op.channels_last.{op}", $"finn.custom_op.nhwc.{op}" })];

    public void Rewrite(RewriteContext context)
    {
        string op = context.Node.Op[(context.Node.Op.LastIndexOf('.') + 1)..];
        string[] inputs = [.. context.Node.Inputs];
        inputs[0] = ChannelOrder.First(context, inputs[0]);
        if (op == "Conv") inputs[1] = ChannelOrder.First(context, inputs[1]);
        context.Return(ChannelOrder.Last(
            context, context.Op(op, inputs, context.Attributes.Without("training_mode").Without("momentum"))));
    }
}
