namespace Cim.Runtime.Operators.Movement;

/// <summary>Concat of one input or more along attribute <c>axis</c>, on every element type.</summary>
internal sealed class Concat(long axisAttribute) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo first = inputs.Required(0, "input");
        int axis = Axis(axisAttribute, first.Shape.Rank);
        int count = inputs.Count;
        long[] dims = first.Shape.ToLongs();
        dims[axis] = 0;
        int inner = first.Shape.Product(axis + 1, first.Shape.Rank) * first.Type.SizeOf();
        int[] runs = new int[count]; // bytes of one slab of each input
        for (int i = 0; i < count; i++)
        {
            TensorInfo x = inputs.Required(i, "input", first.Type);
            bool fits = x.Shape.Rank == dims.Length;
            for (int d = 0; d < dims.Length && fits; d++) fits = d == axis || x.Shape[d] == dims[d];
            if (!fits) throw Error($"input {i} {x.Shape} does not fit input 0 {first.Shape} along axis {axis}.");
            dims[axis] += x.Shape[axis];
            runs[i] = checked(x.Shape[axis] * inner);
        }

        TensorInfo output = Output(first.Type, dims);
        if (count == 1) return Kernel.View(output);
        int slabs = first.Shape.Product(0, axis);
        return new Kernel(output, (in KernelCall c) =>
        {
            Span<byte> y = c.Output(0);
            int at = 0;
            for (int s = 0; s < slabs; s++)
            {
                for (int i = 0; i < runs.Length; i++)
                {
                    c.Input(i).Slice(s * runs[i], runs[i]).CopyTo(y[at..]);
                    at += runs[i];
                }
            }
        });
    }
}
