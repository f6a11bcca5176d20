namespace Cim.Runtime.Operators.Movement;

/// <summary>
/// Split(input, split?) along attribute <c>axis</c> (default 0): the sizes are the constant input <c>split</c>, or equal
/// parts numbered by attribute <c>num_outputs</c>, the last one smaller if need be. Importing an older opset sets
/// <c>num_outputs</c> to the number of the node's outputs.
/// </summary>
internal sealed class Split(long axisAttribute, long numOutputs) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        int axis = Axis(axisAttribute, x.Shape.Rank);
        int size = x.Shape[axis];
        long[] sizes = inputs.ConstantIntegers(1, "split") ?? Equal(size);
        long sum = 0;
        foreach (long s in sizes) sum = s >= 0 ? checked(sum + s) : throw Error($"a part would have size {s}.");
        if (sum != size) throw Error($"the parts [{string.Join(",", sizes)}] add up to {sum}, axis {axis} has size {size}.");
        var outputs = new TensorInfo[sizes.Length];
        var copies = new StridedCopy[sizes.Length];
        int[] strides = x.Shape.Strides();
        long first = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            long[] dims = x.Shape.ToLongs();
            dims[axis] = sizes[i];
            outputs[i] = Output(x.Type, dims);
            copies[i] = new StridedCopy(x.Type.SizeOf(), outputs[i].Shape.Dims.AsSpan(), strides, (int)(first * strides[axis]));
            first += sizes[i];
        }

        return new Kernel([.. outputs], (in KernelCall c) =>
        {
            for (int i = 0; i < copies.Length; i++)
                if (!c.Output(i).IsEmpty) copies[i].Run(c.Input(0), c.Output(i));
        });
    }

    private long[] Equal(int size)
    {
        if (numOutputs is < 1 or > 65536) throw Error($"neither the sizes ('split') nor a usable num_outputs ({numOutputs}) is given.");
        long[] sizes = new long[numOutputs];
        long part = (size + numOutputs - 1) / numOutputs;
        for (int i = 0; i < sizes.Length; i++) sizes[i] = Math.Clamp(size - (i * part), 0, part);
        return sizes;
    }
}
