namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>QLinearMatMul (a, scale, zero, b, scale, zero, y scale, y zero) as a pre-quantized MatMul; scales of a by row, of b by
/// column.</summary>
internal sealed class RewriteQLinearMatMul : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["QLinearMatMul"];

    public void Rewrite(RewriteContext context) =>
        context.Return(context.Quantized(context.MatMul(context.Real(0, Math.Max(-2, -context.ShapeOf(context.Input(0)).Rank)),
            context.Real(3, -1)), 6));
}
