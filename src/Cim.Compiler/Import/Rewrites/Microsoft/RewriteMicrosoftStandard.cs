namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>Operators of ONNX Runtime's domain that equal a standard one; NhwcMaxPool between two transpositions.</summary>
internal sealed class RewriteMicrosoftStandard : IOperatorRewrite
{
    private const string Prefix = "com.microsoft.", Pool = Prefix + "NhwcMaxPool";

    public IReadOnlyList<string> Operators { get; } = [Pool, Prefix + "Trilu", Prefix + "GridSample", Prefix + "Pad"];

    public void Rewrite(RewriteContext context) => context.Return(context.Node.Op == Pool
        ? ChannelOrder.Last(context, context.Op("MaxPool", [ChannelOrder.First(context, context.Input(0))], context.Attributes))
        : context.Op(context.Node.Op[Prefix.Length..], context.Node.Inputs.AsSpan(), context.Attributes));
}
