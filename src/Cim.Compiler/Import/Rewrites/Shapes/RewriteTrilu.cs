using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>Trilu: a constant mask keeps the upper or lower triangle of the last two axes.</summary>
internal sealed class RewriteTrilu : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Trilu"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        if (shape.Rank < 2) throw context.Error($"input {shape} is no matrix");
        (int rows, int columns) = (shape[shape.Rank - 2], shape[shape.Rank - 1]);
        if (rows < 0 || columns < 0) throw context.Unsupported("a matrix whose size depends on the batch is not supported");
        long k = context.Has(1) ? context.Integers(context.Input(1), "input 1 ('k')")[0] : 0;
        bool upper = context.Attributes.Int("upper", 1) != 0;
        byte[] mask = new byte[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) mask[(r * columns) + c] = (upper ? c - r >= k : c - r <= k) ? (byte)1 : (byte)0;
        ElementType type = context.TypeOf(x);
        string zero = context.Constant("zero", new Tensor(type, Shape.Scalar, new byte[type.SizeOf()]));
        context.Return(context.Op("Where",
            [context.Constant("mask", new Tensor(ElementType.Bool, new Shape(rows, columns), mask)), x, zero]));
    }
}
