using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>BipolarQuant of QONNX and Brevitas (x, scale): scale where x is not negative, else -scale, as pre-quantized integers 1 and
/// -1.</summary>
internal sealed class RewriteBipolarQuant : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = [.. QonnxDomains.Each("BipolarQuant")];

    public void Rewrite(RewriteContext context) => Write(context, context.Input(0), context.Input(1));

    /// <summary>Writes it for a node of this or another operator.</summary>
    public static void Write(RewriteContext context, string x, string scale)
    {
        UniformGrid? grid = UniformGrid.Read(context.ShapeOf(x), context.Constant(scale), Tensor.Scalar(0f), -1, 1);
        if (grid is not null && context.Constant(x) is { Type: ElementType.Float32, Shape.Rank: > 1 } constant
            && grid.WriteConstant(context, [.. constant.Span<float>().ToArray().Select(v => v >= 0 ? 1 : -1)], constant.Shape) is { } signs)
        {
            context.Return(signs);
            return;
        }

        string positive = context.Op("GreaterOrEqual", [x, context.Scalar(0f)]);
        string real = context.Mul(context.Op("Where", [positive, context.Scalar(1f), context.Scalar(-1f)]), scale);
        context.Return(grid is null || context.Constant(x) is not null ? real : grid.Write(context, real));
    }
}
