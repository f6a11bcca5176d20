using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>Scaler of ai.onnx.ml: (x - offset) * scale, one number for all columns or one a column.</summary>
internal sealed class RewriteScaler : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.Scaler"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Cast(context.Input(0), ElementType.Float32);
        if (context.Attributes.Floats("offset") is { IsDefaultOrEmpty: false } offset) x = context.Sub(x, List(context, offset));
        if (context.Attributes.Floats("scale") is { IsDefaultOrEmpty: false } scale) x = context.Mul(x, List(context, scale));
        context.Return(x);
    }

    private static string List(RewriteContext context, ImmutableArray<float> values) =>
        context.Constant("list", Tensor.Create(new Shape(values.Length), values.AsSpan()));
}
