namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// GatherElements(data, indices) along attribute <c>axis</c> (default 0): the output has the shape of the indices, and each element is the
/// one of the data at the same place but for the axis, where the index says which.
/// </summary>
internal sealed class GatherElements(long axisAttribute) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data"), indices = inputs.Required(1, "indices");
        if (!IndexList.Fits(indices.Type)) throw Error($"indices are {indices.Type}, Int64 or Int32 is needed.");
        int axis = Axis(axisAttribute, x.Shape.Rank);
        var walk = new ElementWalk(this, x.Shape, indices.Shape, axis);
        bool isLong = indices.Type == ElementType.Int64;
        int element = x.Type.SizeOf(), size = x.Shape[axis];
        return new Kernel(Output(x.Type, indices.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<byte> source = c.Input(0);
            Span<byte> y = c.Output(0);
            var list = new IndexList(c.Input(1), isLong);
            Span<int> counters = stackalloc int[walk.Rank];
            counters.Clear();
            for (int i = 0; i < walk.Count; i++)
            {
                int from = walk.Offset(counters) + (list.At(i, size, this) * walk.AxisStride);
                source.Slice(from * element, element).CopyTo(y[(i * element)..]);
                walk.Next(counters);
            }
        });
    }
}
