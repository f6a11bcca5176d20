namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>LinearRegressor of ai.onnx.ml.</summary>
internal sealed class RewriteLinearRegressor : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.LinearRegressor"];

    public void Rewrite(RewriteContext context) => context.Return(PostTransform.Write(
        context, LinearScores.Write(context, checked((int)context.Attributes.Int("targets", 1)))));
}
