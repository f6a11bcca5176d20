using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Movement;

/// <summary>Expand(input, shape): broadcast in both directions to a constant shape.</summary>
internal sealed class Expand : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        long[] target = inputs.RequiredIntegers(1, "shape");
        Shape asked = Output(ElementType.Bool, target).Shape;
        Shape shape = ShapeMath.Broadcast(x.Shape, asked) ?? throw Error($"shape {x.Shape} does not broadcast to {asked}.");
        TensorInfo output = Output(x.Type, shape);
        if (shape == x.Shape) return Kernel.View(output);
        int[] own = x.Shape.Strides(), strides = new int[shape.Rank];
        int shift = shape.Rank - own.Length;
        for (int i = 0; i < own.Length; i++) strides[shift + i] = x.Shape[i] == 1 ? 0 : own[i];
        var copy = new StridedCopy(x.Type.SizeOf(), shape.Dims.AsSpan(), strides, 0);
        return new Kernel(output, (in KernelCall c) => copy.Run(c.Input(0), c.Output(0)));
    }
}

/// <summary>Tile(input, repeats): each axis repeated a constant number of times.</summary>
internal sealed class Tile : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        long[] repeats = inputs.RequiredIntegers(1, "repeats");
        int rank = x.Shape.Rank;
        if (repeats.Length != rank) throw Error($"repeats has {repeats.Length} entries, the input {rank} axes.");
        int[] own = x.Shape.Strides();
        long[] dims = new long[rank];
        int[] split = new int[2 * rank], strides = new int[2 * rank]; // each axis as [repeat, index]
        for (int i = 0; i < rank; i++)
        {
            dims[i] = checked(x.Shape[i] * repeats[i]);
            if (repeats[i] is < 0 or > int.MaxValue) throw Error($"axis {i} cannot be repeated {repeats[i]} times.");
            (split[2 * i], split[(2 * i) + 1], strides[(2 * i) + 1]) = ((int)repeats[i], x.Shape[i], own[i]);
        }

        TensorInfo output = Output(x.Type, dims);
        var copy = new StridedCopy(x.Type.SizeOf(), split, strides, 0);
        return new Kernel(output, (in KernelCall c) => copy.Run(c.Input(0), c.Output(0)));
    }
}
