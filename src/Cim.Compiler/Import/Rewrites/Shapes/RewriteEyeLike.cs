using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>EyeLike: a constant, since it depends on the shape of its input alone.</summary>
internal sealed class RewriteEyeLike : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["EyeLike"];

    public void Rewrite(RewriteContext context)
    {
        Shape shape = context.ShapeOf(context.Input(0));
        if (shape.Rank != 2 || shape.IsSymbolic) throw context.Unsupported($"input {shape}: only matrices of a fixed size are supported");
        long k = context.Attributes.Int("k", 0);
        float[] eye = new float[shape.Elements];
        for (int r = 0; r < shape[0]; r++)
            if (r + k >= 0 && r + k < shape[1]) eye[(r * shape[1]) + r + k] = 1;
        long dtype = context.Attributes.Int("dtype", 0);
        ElementType type = dtype == 0 ? context.TypeOf(context.Input(0))
            : TensorConverter.TypeOf(checked((int)dtype)) ?? throw context.Unsupported($"element type {dtype} is not supported");
        context.Return(context.Cast(context.Constant("eye", Tensor.Create<float>(shape, eye)), type));
    }
}
