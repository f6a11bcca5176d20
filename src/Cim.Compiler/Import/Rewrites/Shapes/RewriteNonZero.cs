using Cim.Compiler.Ir;
using Cim.Runtime.Operators;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>NonZero of constants: the indices of what is not zero, a constant itself.</summary>
internal sealed class RewriteNonZero : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["NonZero"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Constant(context.Input(0)) is not { } x)
            throw context.Unsupported("its input must be known when the model is compiled, since the shape of the result follows from "
                + "it; it is computed from the data");
        float[] values = x.Floats();
        int[] hits = [.. Enumerable.Range(0, values.Length).Where(i => values[i] != 0)], strides = x.Shape.Strides();
        int rank = Math.Max(1, x.Shape.Rank);
        long[] indices = new long[rank * hits.Length];
        for (int axis = 0; axis < x.Shape.Rank; axis++)
            for (int i = 0; i < hits.Length; i++) indices[(axis * hits.Length) + i] = hits[i] / strides[axis] % x.Shape[axis];
        context.Return(context.Constant("indices", Tensor.Create<long>(new Shape(rank, hits.Length), indices)));
    }
}
