namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// GatherND(data, indices): the last axis of the indices lists the places of slabs, behind the first <c>batch_dims</c> axes, which both
/// inputs share.
/// </summary>
internal sealed class GatherNd(long batchDims) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data"), indices = inputs.Required(1, "indices");
        if (!IndexList.Fits(indices.Type)) throw Error($"indices are {indices.Type}, Int64 or Int32 is needed.");
        int shared = checked((int)batchDims), last = indices.Shape.Rank - 1;
        if (last < 0 || shared < 0 || shared > last) throw Error($"batch_dims is {batchDims} for indices {indices.Shape}.");
        int depth = indices.Shape[last];
        if (shared + depth > x.Shape.Rank) throw Error($"indices of {depth} places do not fit data {x.Shape}.");
        for (int i = 0; i < shared; i++)
            if (x.Shape[i] != indices.Shape[i])
                throw Error($"data {x.Shape} and indices {indices.Shape} differ in their first {shared} axes.");
        long[] all = x.Shape.ToLongs();
        TensorInfo output = Output(x.Type, [.. indices.Shape.ToLongs().AsSpan(0, last), .. all.AsSpan(shared + depth)]);
        int batches = x.Shape.Product(0, shared), perBatch = indices.Shape.Product(shared, last);
        int run = x.Shape.Product(shared + depth, x.Shape.Rank) * x.Type.SizeOf(), batchSize = x.Shape.Product(shared, x.Shape.Rank);
        int[] strides = x.Shape.Strides();
        int element = x.Type.SizeOf();
        bool isLong = indices.Type == ElementType.Int64;
        Tensors.Shape shape = x.Shape;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<byte> source = c.Input(0);
            Span<byte> y = c.Output(0);
            var list = new IndexList(c.Input(1), isLong);
            for (int i = 0; i < batches * perBatch; i++)
            {
                int from = i / perBatch * batchSize;
                for (int d = 0; d < depth; d++) from += list.At((i * depth) + d, shape[shared + d], this) * strides[shared + d];
                source.Slice(from * element, run).CopyTo(y[(i * run)..]);
            }
        });
    }
}
