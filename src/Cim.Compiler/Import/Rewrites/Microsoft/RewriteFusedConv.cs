namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>FusedConv of ONNX Runtime (x, w, bias?, z?): Conv, an addition of z, and an activation.</summary>
internal sealed class RewriteFusedConv : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.FusedConv", "com.microsoft.NhwcFusedConv"];

    public void Rewrite(RewriteContext context)
    {
        bool last = context.Node.Op.EndsWith("NhwcFusedConv", StringComparison.Ordinal);
        string x = last ? ChannelOrder.First(context, context.Input(0)) : context.Input(0);
        string y = context.Op("Conv", context.Has(2) ? [x, context.Input(1), context.Input(2)] : [x, context.Input(1)],
            context.Attributes.Without("activation").Without("activation_params"));
        if (last) y = ChannelOrder.Last(context, y);
        if (context.Has(3)) y = context.Add(y, context.Input(3));
        context.Return(FusedActivation.Write(
            context, y, context.Attributes.String("activation", ""), context.Attributes.Floats("activation_params")));
    }
}
