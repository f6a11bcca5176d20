using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Linear;

/// <summary>MatMul(A, B) in float by NumPy's rule: leading axes broadcast, a vector is a row on the left and a column on the
/// right.</summary>
internal sealed class MatMul : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo a = inputs.Float(0, "A"), b = inputs.Float(1, "B");
        int[] da = [.. a.Shape.Dims], db = [.. b.Shape.Dims];
        if (da.Length == 0 || db.Length == 0) throw Error("scalars cannot be multiplied as matrices.");
        bool rowVector = da.Length == 1, columnVector = db.Length == 1;
        if (rowVector) da = [1, .. da];
        if (columnVector) db = [.. db, 1];
        int m = da[^2], k = da[^1], n = db[^1];
        if (db[^2] != k) throw Error($"A {a.Shape} and B {b.Shape} do not fit.");
        Shape batchA = new(da.AsSpan(0, da.Length - 2)), batchB = new(db.AsSpan(0, db.Length - 2));
        Shape batch = ShapeMath.Broadcast(batchA, batchB)
            ?? throw Error($"the leading axes of A {a.Shape} and B {b.Shape} do not broadcast together.");
        var dims = new List<long>(batch.ToLongs());
        if (!rowVector) dims.Add(m);
        if (!columnVector) dims.Add(n);
        TensorInfo output = Output(ElementType.Float32, [.. dims]);

        // Matrix pairs of the broadcast, worked out once; at most one entry per m x n block of the (size-limited) output.
        int count = output.Shape.Elements == 0 ? 0 : batch.Product(0, batch.Rank);
        (int A, int B)[] pairs = Pairs(batch, batchA, batchB, count);
        if (pairs.Length > 0 && batchB.Elements == 1 && batchA == batch)
        {
            // One matrix B for all: the leading axes of A are just more rows.
            int rows = checked(count * m);
            return new Kernel(output, (in KernelCall c) =>
                FloatGemm.Multiply(new GemmShape(rows, n, k), c.Input<float>(0), c.Input<float>(1), c.Output<float>(0)));
        }

        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> left = c.Input<float>(0), right = c.Input<float>(1);
            Span<float> y = c.Output<float>(0);
            for (int i = 0; i < pairs.Length; i++)
            {
                FloatGemm.Multiply(new GemmShape(m, n, k), left.Slice(pairs[i].A * m * k, m * k),
                    right.Slice(pairs[i].B * k * n, k * n), y.Slice(i * m * n, m * n));
            }
        });
    }

    private static (int A, int B)[] Pairs(Shape batch, Shape a, Shape b, int count)
    {
        var plan = new Elementwise.BroadcastPlan(batch, a, b);
        var pairs = new (int, int)[count];
        int[] counters = new int[plan.Counters], offsets = new int[2];
        for (int row = 0, at = 0; row < plan.Rows && at < count; row++)
        {
            for (int i = 0; i < plan.Inner; i++)
                pairs[at++] = (offsets[0] + (i * plan.InnerStrides[0]), offsets[1] + (i * plan.InnerStrides[1]));
            plan.Advance(counters, offsets);
        }

        return pairs;
    }
}
