using Cim.Runtime;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>FeatureVectorizer of ai.onnx.ml: the columns of all inputs beside each other, as real numbers.</summary>
internal sealed class RewriteFeatureVectorizer : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.FeatureVectorizer"];

    public void Rewrite(RewriteContext context) =>
        context.Return(context.Concat(1, [.. context.Node.Inputs.Select(i => context.Cast(i, ElementType.Float32))]));
}
