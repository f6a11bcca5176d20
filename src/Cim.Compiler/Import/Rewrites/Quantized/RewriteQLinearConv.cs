using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>QLinearConv (x, scale, zero, w, scale, zero, y scale, y zero, bias?) as a pre-quantized Conv.</summary>
internal sealed class RewriteQLinearConv : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["QLinearConv", "com.microsoft.QLinearConv"];

    public void Rewrite(RewriteContext context)
    {
        bool last = context.Attributes.Int("channels_last", 0) != 0;
        string x = context.Real(0), weights = context.Real(3);
        string[] inputs = [last ? ChannelOrder.First(context, x) : x, weights];
        if (context.Has(8)) inputs = [.. inputs, Bias(context)];
        string y = context.Op("Conv", inputs, context.Attributes.Without("channels_last"));
        context.Return(context.Quantized(last ? ChannelOrder.Last(context, y) : y, 6));
    }

    /// <summary>The bias is in units of the product of both scales.</summary>
    private static string Bias(RewriteContext context)
    {
        if (context.Constant(context.Input(1)) is not { Length: 1, Type: ElementType.Float32 } x
            || context.Constant(context.Input(4)) is not { Type: ElementType.Float32 } w)
            throw context.Unsupported("scales that are computed are not supported");
        float[] scales = Array.ConvertAll(w.Span<float>().ToArray(), s => s * x.Span<float>()[0]);
        Shape shape = scales.Length == 1 ? Shape.Scalar : new Shape(scales.Length);
        return context.Real(context.Input(8), context.Constant("bias_scale", Tensor.Create<float>(shape, scales)), "", 0);
    }
}
