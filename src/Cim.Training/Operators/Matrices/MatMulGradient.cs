using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Matrices;

/// <summary>Batched y = a b: da = dy b^T, db = a^T dy, summed over broadcast batch axes.</summary>
internal sealed class MatMulGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["MatMul"];

    public void Differentiate(GradientContext context)
    {
        long[] a = context.InputShape(0);
        long[] b = context.InputShape(1);
        long[] fullA = a.Length == 1 ? [1, a[0]] : a;
        long[] fullB = b.Length == 1 ? [b[0], 1] : b;
        long[] batch = Batch(fullA, fullB);
        long rows = fullA[^2];
        long inner = fullA[^1];
        long columns = fullB[^1];
        string dy = context.Reshape(context.OutputGradient, [.. batch, rows, columns]);
        if (context.Needs(0))
        {
            string right = Swap(context, context.Reshape(context.Input(1), fullB), fullB.Length);
            string da = context.Unbroadcast(context.Builder.Op("MatMul", dy, right), [.. batch, rows, inner], fullA);
            context.Add(0, context.Reshape(da, a));
        }

        if (context.Needs(1))
            context.Add(1, context.Reshape(RightGradient(context, dy, fullA, fullB, batch), b));
    }

    private static string RightGradient(GradientContext context, string dy, long[] a, long[] b, long[] batch)
    {
        if (b.Length == 2)
        {
            // One matrix for all batches: batches are further rows, which saves the sum over them.
            long rows = a[..^1].Aggregate(1L, (product, dim) => product * dim);
            string left = context.Transpose(context.Reshape(context.Input(0), [rows, a[^1]]), 1, 0);
            return context.Builder.Op("MatMul", left, context.Reshape(dy, [rows, b[^1]]));
        }

        string transposed = Swap(context, context.Reshape(context.Input(0), a), a.Length);
        string db = context.Builder.Op("MatMul", transposed, dy);
        return context.Unbroadcast(db, [.. batch, a[^1], b[^1]], b);
    }

    private static string Swap(GradientContext context, string value, int rank)
    {
        long[] permutation = [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        (permutation[^1], permutation[^2]) = (permutation[^2], permutation[^1]);
        return context.Transpose(value, permutation);
    }

    private static long[] Batch(long[] a, long[] b)
    {
        int rank = Math.Max(a.Length, b.Length) - 2;
        var batch = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            int axisA = i - rank + a.Length - 2;
            int axisB = i - rank + b.Length - 2;
            batch[i] = Math.Max(axisA < 0 ? 1 : a[axisA], axisB < 0 ? 1 : b[axisB]);
        }

        return batch;
    }
}
