namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// ScatterElements(data, indices, updates) along attribute <c>axis</c> (default 0): the data, with each update put at its own place but for
/// the axis, where the index says which; attribute <c>reduction</c> (none, add, mul, max, min).
/// </summary>
internal sealed class ScatterElements(long axisAttribute, string reduction) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data"), indices = inputs.Required(1, "indices"), updates = inputs.Required(2, "updates", x.Type);
        if (!IndexList.Fits(indices.Type)) throw Error($"indices are {indices.Type}, Int64 or Int32 is needed.");
        if (updates.Shape != indices.Shape) throw Error($"updates {updates.Shape} and indices {indices.Shape} need the same shape.");
        int axis = Axis(axisAttribute, x.Shape.Rank);
        var walk = new ElementWalk(this, x.Shape, indices.Shape, axis);
        bool isLong = indices.Type == ElementType.Int64;
        int element = x.Type.SizeOf(), size = x.Shape[axis];
        ScatterReduction.Join join = ScatterReduction.For(this, reduction, x.Type);
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) =>
        {
            Span<byte> y = c.Output(0);
            c.Input(0).CopyTo(y);
            ReadOnlySpan<byte> update = c.Input(2);
            var list = new IndexList(c.Input(1), isLong);
            Span<int> counters = stackalloc int[walk.Rank];
            counters.Clear();
            for (int i = 0; i < walk.Count; i++)
            {
                int to = walk.Offset(counters) + (list.At(i, size, this) * walk.AxisStride);
                join(y.Slice(to * element, element), update.Slice(i * element, element));
                walk.Next(counters);
            }
        });
    }
}
