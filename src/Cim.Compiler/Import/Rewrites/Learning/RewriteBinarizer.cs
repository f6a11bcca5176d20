using Cim.Runtime;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>Binarizer of ai.onnx.ml: 1 above the threshold, else 0.</summary>
internal sealed class RewriteBinarizer : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.Binarizer"];

    public void Rewrite(RewriteContext context) => context.Return(context.Cast(
        context.Op("Greater", [context.Input(0), context.Scalar(context.Attributes.Float("threshold", 0))]),
        context.TypeOf(context.Input(0))));
}
