using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>FusedMatMul (once TransposeMatMul) of ONNX Runtime: alpha times the product, its factors transposed where asked.</summary>
internal sealed class RewriteFusedMatMul : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.FusedMatMul", "com.microsoft.TransposeMatMul"];

    public void Rewrite(RewriteContext context)
    {
        AttributeMap a = context.Attributes;
        if (a.Int("transBatchA", 0) != 0 || a.Int("transBatchB", 0) != 0)
            throw context.Unsupported("transBatchA and transBatchB are not supported");
        string Factor(int input, string attribute) => a.Int(attribute, 0) != 0 && context.ShapeOf(context.Input(input)).Rank > 1
            ? context.TransposeLast(context.Input(input)) : context.Input(input);
        context.Return(context.Mul(context.MatMul(Factor(0, "transA"), Factor(1, "transB")), a.Float("alpha", 1)));
    }
}
