namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>Shrink: x + bias below -lambd, x - bias above lambd, 0 between.</summary>
internal sealed class RewriteShrink : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Shrink"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        float lambda = context.Attributes.Float("lambd", 0.5f), bias = context.Attributes.Float("bias", 0);
        string above = context.Op("Greater", [x, context.Scalar(lambda)]), below = context.Op("Less", [x, context.Scalar(-lambda)]);
        context.Return(context.Op("Where", [below, context.Add(x, bias),
            context.Op("Where", [above, context.Add(x, -bias), context.Scalar(0f)])]));
    }
}
