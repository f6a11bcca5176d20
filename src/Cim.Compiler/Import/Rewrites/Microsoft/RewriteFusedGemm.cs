using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>FusedGemm of ONNX Runtime: Gemm and an activation.</summary>
internal sealed class RewriteFusedGemm : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.FusedGemm"];

    public void Rewrite(RewriteContext context)
    {
        AttributeMap a = context.Attributes;
        string y = context.Op("Gemm", context.Node.Inputs.AsSpan(), a.Without("activation").Without("activation_alpha")
            .Without("activation_beta").Without("activation_gamma"));
        float[] parameters = a.Has("activation_alpha")
            ? a.Has("activation_beta") ? [a.Float("activation_alpha", 0), a.Float("activation_beta", 0)] : [a.Float("activation_alpha", 0)]
            : [];
        context.Return(FusedActivation.Write(context, y, a.String("activation", ""), [.. parameters]));
    }
}
