using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Movement;

/// <summary>Transpose(data) by attribute <c>perm</c> (default: axes reversed), on every element type.</summary>
internal sealed class Transpose(ImmutableArray<long> perm) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        int rank = x.Shape.Rank;
        int[] axes = perm.IsDefault ? [.. Enumerable.Range(0, rank).Reverse()] : AxisList(perm.AsSpan(), rank);
        if (axes.Length != rank) throw Error($"perm names {axes.Length} axes, the input has {rank}.");
        int[] own = x.Shape.Strides();
        int[] dims = new int[rank], strides = new int[rank];
        for (int i = 0; i < rank; i++) (dims[i], strides[i]) = (x.Shape[axes[i]], own[axes[i]]);
        var output = new TensorInfo(x.Type, new Shape(dims));

        // Only axes of size 1 move: the bytes stay where they are.
        int last = -1;
        bool moves = false;
        foreach (int axis in axes)
        {
            if (x.Shape[axis] == 1) continue;
            moves |= axis < last;
            last = axis;
        }

        if (!moves) return Kernel.View(output);
        var copy = new StridedCopy(x.Type.SizeOf(), dims, strides, 0);
        return new Kernel(output, (in KernelCall c) => copy.Run(c.Input(0), c.Output(0)));
    }
}
