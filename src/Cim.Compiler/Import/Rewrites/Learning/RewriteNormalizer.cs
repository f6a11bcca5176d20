using Cim.Runtime;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>Normalizer of ai.onnx.ml: each row divided by its largest number, or its L1 or L2 norm; rows of norm zero stay.</summary>
internal sealed class RewriteNormalizer : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ai.onnx.ml.Normalizer"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Cast(context.Input(0), ElementType.Float32);
        string reduce = context.Attributes.String("norm", "MAX") switch
        {
            "MAX" => "ReduceMax",
            "L1" => "ReduceL1",
            "L2" => "ReduceL2",
            var other => throw context.Error($"norm is '{other}'; MAX, L1 and L2 are norms"),
        };
        string norm = context.Op(reduce, [x, context.Longs(context.ShapeOf(x).Rank - 1)], AttributeMap.Empty.With("keepdims", 1));
        string isZero = context.Op("Equal", [norm, context.Scalar(0f)]);
        context.Return(context.Div(x, context.Op("Where", [isZero, context.Scalar(1f), norm])));
    }
}
