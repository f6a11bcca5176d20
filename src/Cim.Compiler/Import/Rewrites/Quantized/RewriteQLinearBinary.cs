namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>QLinearAdd and QLinearMul of ONNX Runtime (a, scale, zero, b, scale, zero, y scale, y zero).</summary>
internal sealed class RewriteQLinearBinary : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.QLinearAdd", "com.microsoft.QLinearMul"];

    public void Rewrite(RewriteContext context) =>
        context.Return(context.Quantized(
            context.Op(context.Node.Op.EndsWith("Add", StringComparison.Ordinal) ? "Add" : "Mul", [context.Real(0), context.Real(3)]), 6));
}
