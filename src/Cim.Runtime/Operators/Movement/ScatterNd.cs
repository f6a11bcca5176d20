namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// ScatterND(data, indices, updates): the data, with slabs of updates at the places that the last axis of the indices lists; attribute
/// <c>reduction</c> (none, add, mul, max, min).
/// </summary>
internal sealed class ScatterNd(string reduction) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data"), indices = inputs.Required(1, "indices"), updates = inputs.Required(2, "updates", x.Type);
        if (!IndexList.Fits(indices.Type)) throw Error($"indices are {indices.Type}, Int64 or Int32 is needed.");
        int last = indices.Shape.Rank - 1;
        if (last < 0 || indices.Shape[last] > x.Shape.Rank) throw Error($"indices {indices.Shape} do not fit data {x.Shape}.");
        int depth = indices.Shape[last], count = indices.Shape.Product(0, last), element = x.Type.SizeOf();
        int run = x.Shape.Product(depth, x.Shape.Rank) * element;
        if (updates.Bytes != (long)count * run) throw Error($"updates {updates.Shape} are not {count} slabs of data {x.Shape}.");
        int[] strides = x.Shape.Strides();
        bool isLong = indices.Type == ElementType.Int64;
        Tensors.Shape shape = x.Shape;
        ScatterReduction.Join join = ScatterReduction.For(this, reduction, x.Type);
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) =>
        {
            Span<byte> y = c.Output(0);
            c.Input(0).CopyTo(y);
            ReadOnlySpan<byte> update = c.Input(2);
            var list = new IndexList(c.Input(1), isLong);
            for (int i = 0; i < count; i++)
            {
                int to = 0;
                for (int d = 0; d < depth; d++) to += list.At((i * depth) + d, shape[d], this) * strides[d];
                join(y.Slice(to * element, run), update.Slice(i * run, run));
            }
        });
    }
}
