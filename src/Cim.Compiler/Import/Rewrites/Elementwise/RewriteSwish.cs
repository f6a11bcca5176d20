namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>Swish of opset 24, x * sigmoid(alpha x), and SwiGLU of opset 28, which multiplies it by a second input.</summary>
internal sealed class RewriteSwish : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Swish", "SwiGLU"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        string y = context.Mul(x, context.Op("Sigmoid", [context.Mul(x, context.Attributes.Float("alpha", 1))]));
        context.Return(context.Node.Op == "SwiGLU" ? context.Mul(y, context.Input(1)) : y);
    }
}
