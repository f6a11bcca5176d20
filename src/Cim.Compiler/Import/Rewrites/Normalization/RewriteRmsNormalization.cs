using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Normalization;

/// <summary>RMSNormalization and ONNX Runtime's SimplifiedLayerNormalization: x / sqrt(mean(x^2) + epsilon) * scale over the axes from
/// one on.</summary>
internal sealed class RewriteRmsNormalization : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } =
        ["RMSNormalization", "SimplifiedLayerNormalization", "com.microsoft.SimplifiedLayerNormalization"];

    public void Rewrite(RewriteContext context)
    {
        if (context.IsRead(1)) throw context.Unsupported("the output of the deviation is not supported");
        context.Return(Write(context, context.Input(0), context.Input(1), context.Attributes.Int("axis", -1),
            context.Attributes.Float("epsilon", 1e-5f)));
    }

    /// <summary>Writes it for a node of this or another operator.</summary>
    public static string Write(RewriteContext context, string x, string scale, long axis, float epsilon)
    {
        Shape shape = context.ShapeOf(x);
        int first = context.Axis(axis, shape.Rank);
        long[] axes = [.. Enumerable.Range(first, shape.Rank - first)];
        string power = context.ReduceMean(context.Mul(x, x), axes);
        return context.Mul(context.Div(x, context.Op("Sqrt", [context.Add(power, epsilon)])), scale);
    }
}
