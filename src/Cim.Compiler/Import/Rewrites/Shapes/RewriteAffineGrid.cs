using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>AffineGrid(theta, size) of a constant size: every position of the grid, turned and shifted by theta. Written as a product and a
/// sum, not a MatMul: positions are no weights, and rounding them would move what is read.</summary>
internal sealed class RewriteAffineGrid : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["AffineGrid"];

    public void Rewrite(RewriteContext context)
    {
        string theta = context.Input(0);
        Shape shape = context.ShapeOf(theta);
        long[] size = context.Integers(context.Input(1), "input 1 ('size')");
        int axes = size.Length - 2;
        if (axes is not (2 or 3) || shape.Rank != 3 || shape[1] != axes)
            throw context.Error($"theta {shape} does not fit {size.Length} sizes");
        bool align = context.Attributes.Int("align_corners", 0) != 0;
        int positions = checked((int)size.Skip(2).Aggregate(1L, (a, b) => a * b));

        // [positions, 1, axes + 1], the innermost axis first, then 1.
        float[] grid = new float[positions * (axes + 1)];
        for (int p = 0; p < positions; p++)
        {
            long rest = p;
            for (int a = 0; a < axes; a++)
            {
                long count = size[size.Length - 1 - a], at = rest % count;
                rest /= count;
                grid[(p * (axes + 1)) + a] = align ? (count == 1 ? -1 : (2f * at / (count - 1)) - 1) : (((2f * at) + 1) / count) - 1;
            }

            grid[(p * (axes + 1)) + axes] = 1;
        }

        string product = context.Mul(context.Unsqueeze(theta, 1),
            context.Constant("grid", Tensor.Create<float>(new Shape(1, positions, 1, axes + 1), grid)));
        context.Return(context.Reshape(context.ReduceSum(product, keep: false, 3),
            [shape[0], .. size.Skip(2).Select(s => (int)s), axes]));
    }
}
