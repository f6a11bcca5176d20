using Cim.Compiler.Import.Rewrites.Normalization;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>
/// SkipLayerNormalization (x, skip, gamma, beta?, bias?) and SkipSimplifiedLayerNormalization (x, skip, gamma, bias?) of ONNX Runtime:
/// the normalised sum; the fourth output is the sum itself.
/// </summary>
internal sealed class RewriteSkipNormalization : IOperatorRewrite
{
    private const string Simplified = "com.microsoft.SkipSimplifiedLayerNormalization";

    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.SkipLayerNormalization", Simplified];

    public void Rewrite(RewriteContext context)
    {
        if (context.IsRead(1) || context.IsRead(2)) throw context.Unsupported("the outputs of mean and deviation are not supported");
        bool simplified = context.Node.Op == Simplified;
        string sum = context.Add(context.Input(0), context.Input(1));
        int bias = simplified ? 3 : 4;
        if (context.Has(bias)) sum = context.Add(sum, context.Input(bias));
        float epsilon = context.Attributes.Float("epsilon", 1e-12f);
        string y = simplified
            ? RewriteRmsNormalization.Write(context, sum, context.Input(2), -1, epsilon)
            : context.Op("LayerNormalization", context.Has(3) ? [sum, context.Input(2), context.Input(3)] : [sum, context.Input(2)],
                AttributeMap.Empty.With("axis", -1).With("epsilon", epsilon));
        context.Return(y);
        if (context.IsRead(3)) context.Return(sum, 3);
    }
}
