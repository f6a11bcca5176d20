namespace Cim.Runtime.Operators.Movement;

/// <summary>Reshape(data, shape) with attribute <c>allowzero</c> (default 0: a 0 copies the input's dimension); one entry may be
/// -1.</summary>
internal sealed class Reshape(bool allowZero) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        long[] target = inputs.RequiredIntegers(1, "shape");
        string asked = string.Join(",", target);
        long known = 1;
        int free = -1;
        for (int i = 0; i < target.Length; i++)
        {
            if (target[i] == 0 && !allowZero)
                target[i] = i < x.Shape.Rank
                    ? x.Shape[i]
                    : throw Error($"shape [{asked}] copies dimension {i}, which the input {x.Shape} does not have.");
            if (target[i] >= 0) known = checked(known * target[i]);
            else if (target[i] != -1 || free >= 0) throw Error($"shape [{asked}] may have one -1 and no other negative entry.");
            else free = i;
        }

        long elements = x.Shape.Elements;
        if (free >= 0) target[free] = known == 0 ? 0 : elements / known;
        TensorInfo output = Output(x.Type, target);
        return output.Shape.Elements == elements ? Kernel.View(output)
            : throw Error($"an input of shape {x.Shape} cannot be reshaped to [{asked}].");
    }
}

/// <summary>Flatten(input) to a matrix at attribute <c>axis</c> (default 1).</summary>
internal sealed class Flatten(long axisAttribute) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        int rank = x.Shape.Rank;
        int axis = axisAttribute == rank ? rank : Axis(axisAttribute, rank);
        return Kernel.View(Output(x.Type, x.Shape.Product(0, axis), x.Shape.Product(axis, rank)));
    }
}

/// <summary>Squeeze(data, axes?): the named axes, or all of size 1, disappear.</summary>
internal sealed class Squeeze : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        int[]? axes = inputs.ConstantIntegers(1, "axes") is { } a ? AxisList(a, x.Shape.Rank) : null;
        var dims = new List<long>();
        for (int i = 0; i < x.Shape.Rank; i++)
        {
            bool drop = axes is null ? x.Shape[i] == 1 : axes.Contains(i);
            if (drop && x.Shape[i] != 1) throw Error($"axis {i} of {x.Shape} has size {x.Shape[i]}, only size 1 can be squeezed.");
            if (!drop) dims.Add(x.Shape[i]);
        }

        return Kernel.View(Output(x.Type, [.. dims]));
    }
}

/// <summary>Unsqueeze(data, axes): the result has size 1 at the named axes.</summary>
internal sealed class Unsqueeze : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        long[] axes = inputs.RequiredIntegers(1, "axes");
        int rank = x.Shape.Rank + axes.Length;
        int[] added = AxisList(axes, rank);
        long[] dims = new long[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) dims[i] = added.Contains(i) ? 1 : x.Shape[next++];
        return Kernel.View(Output(x.Type, dims));
    }
}

/// <summary>Identity.</summary>
internal sealed class Identity : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        return Kernel.View(Output(x.Type, x.Shape));
    }
}

/// <summary>Dropout in inference: output 0 is the input, output 1 (mask) is all true. Training mode is refused.</summary>
internal sealed class Dropout : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "data");
        if (inputs[2] is { } training && !(training.Constant is { Type: ElementType.Bool, Length: 1 } t && t.Data.Span[0] == 0))
            throw Error("training mode is not supported.");
        return new Kernel([Output(x.Type, x.Shape), Output(ElementType.Bool, x.Shape)], (in KernelCall c) =>
        {
            c.Input(0).CopyTo(c.Output(0));
            c.Output(1).Fill(1);
        });
    }
}
