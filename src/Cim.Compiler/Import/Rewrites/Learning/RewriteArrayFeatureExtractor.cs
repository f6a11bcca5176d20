using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>ArrayFeatureExtractor of ai.onnx.ml: columns by their indices; a list gives a matrix of one row.</summary>
internal sealed class RewriteArrayFeatureExtractor : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.ArrayFeatureExtractor"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        if (shape.Rank == 1) x = context.Reshape(x, [1, shape[0]]);
        string indices = context.Reshape(
            context.Input(1), context.ShapeOf(context.Input(1)).Product(context, 0, context.ShapeOf(context.Input(1)).Rank));
        context.Return(context.Op("Gather", [x, indices], AttributeMap.Empty.With("axis", Math.Max(1, shape.Rank - 1))));
    }
}
