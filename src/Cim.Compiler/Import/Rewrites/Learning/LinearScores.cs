using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>The linear part of LinearRegressor and LinearClassifier: a Gemm with the coefficients, which runs on crossbars.</summary>
internal static class LinearScores
{
    /// <param name="context">Where to write.</param>
    /// <param name="targets">Rows of coefficients.</param>
    public static string Write(RewriteContext context, int targets)
    {
        string x = context.Cast(context.Input(0), ElementType.Float32);
        Shape shape = context.ShapeOf(x);
        if (shape.Rank == 1) x = context.Reshape(x, [1, shape[0]]);
        ImmutableArray<float> coefficients = context.Attributes.Floats("coefficients"),
            intercepts = context.Attributes.Floats("intercepts");
        if (coefficients.IsDefaultOrEmpty || targets < 1 || coefficients.Length % targets != 0)
            throw context.Error($"its coefficients do not divide into {targets} rows");
        string weights = context.Constant(
            "coefficients", Tensor.Create(new Shape(targets, coefficients.Length / targets), coefficients.AsSpan()));
        string[] inputs = intercepts.IsDefaultOrEmpty ? [x, weights]
            : [x, weights, context.Constant("intercepts", Tensor.Create(new Shape(intercepts.Length), intercepts.AsSpan()))];
        return context.Op("Gemm", inputs, AttributeMap.Empty.With("transB", 1));
    }
}
