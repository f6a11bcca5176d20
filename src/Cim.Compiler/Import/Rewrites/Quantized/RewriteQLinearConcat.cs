namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>QLinearConcat (y scale, y zero, then each part with scale and zero) and QLinearWhere of ONNX Runtime.</summary>
internal sealed class RewriteQLinearConcat : IOperatorRewrite
{
    private const string Where = "com.microsoft.QLinearWhere";

    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.QLinearConcat", Where];

    public void Rewrite(RewriteContext context)
    {
        if (context.Node.Op == Where)
        {
            context.Return(context.Quantized(context.Op("Where", [context.Input(0), context.Real(1), context.Real(4)]), 7));
            return;
        }

        string[] parts = [.. Enumerable.Range(0, (context.Node.Inputs.Length - 2) / 3).Select(i => context.Real(2 + (3 * i)))];
        context.Return(context.Quantized(context.Op("Concat", parts, context.Attributes), 0));
    }
}
