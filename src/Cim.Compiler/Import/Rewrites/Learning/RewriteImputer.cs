using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>Imputer of ai.onnx.ml on real numbers: one number (often NaN) replaced by another, by column or everywhere.</summary>
internal sealed class RewriteImputer : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.Imputer"];

    public void Rewrite(RewriteContext context)
    {
        ImmutableArray<float> values = context.Attributes.Floats("imputed_value_floats");
        if (values.IsDefaultOrEmpty) throw context.Unsupported("imputing integers is not supported");
        float replaced = context.Attributes.Float("replaced_value_float", 0);
        string x = context.Input(0);
        string hit = float.IsNaN(replaced)
            ? context.Op("Not", [context.Op("Equal", [x, x])])
            : context.Op("Equal", [x, context.Scalar(replaced)]);
        context.Return(context.Op("Where", [hit, context.Constant("values", Tensor.Create(new Shape(values.Length), values.AsSpan())), x]));
    }
}
