using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>Constants 0, 1, 2 ...</summary>
internal static class Counter
{
    /// <summary>0, 1, 2 ... along one axis of a shape, which must not depend on the batch.</summary>
    public static string Along(RewriteContext context, Shape shape, int axis)
    {
        if (shape[axis] < 0)
            throw context.Unsupported("an axis that depends on the batch is not supported; export the model with a fixed batch");
        int[] dims = [.. Enumerable.Range(0, shape.Rank).Select(i => i == axis ? shape[axis] : 1)];
        return context.Constant("counter", Tensor.Create<long>(new Shape(dims), Values(shape[axis])));
    }

    /// <summary>0 .. count-1.</summary>
    public static long[] Values(int count) => [.. Enumerable.Range(0, count)];
}
