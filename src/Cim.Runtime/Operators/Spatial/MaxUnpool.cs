using System.Collections.Immutable;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>
/// MaxUnpool(X, I, output_shape?): each number at the place that MaxPool took it from, zeros elsewhere; attributes <c>kernel_shape</c>,
/// <c>strides</c>, <c>pads</c> give the shape of the result, unless the constant <c>output_shape</c> does.
/// </summary>
internal sealed class MaxUnpool(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X"), indices = inputs.Required(1, "I", ElementType.Int64);
        if (indices.Shape != x.Shape || x.Shape.Rank < 3) throw Error($"input {x.Shape} and indices {indices.Shape} need the same shape.");
        ImmutableArray<long> kernel = attributes.Ints("kernel_shape"), strides = attributes.Ints("strides"), pads = attributes.Ints("pads");
        int axes = x.Shape.Rank - 2;
        if (kernel.IsDefault || kernel.Length != axes)
            throw Error($"kernel_shape has {(kernel.IsDefault ? 0 : kernel.Length)} of {axes} axes.");
        long[] dims = x.Shape.ToLongs();
        for (int i = 0; i < axes; i++)
        {
            long stride = strides.IsDefaultOrEmpty ? 1 : strides[i], padding = pads.IsDefaultOrEmpty ? 0 : pads[i] + pads[i + axes];
            dims[i + 2] = ((x.Shape[i + 2] - 1) * stride) + kernel[i] - padding;
        }

        // Places count in the tensor that was pooled; a larger one has the same coordinates.
        TensorInfo pooled = Output(ElementType.Float32, dims);
        TensorInfo output = inputs.ConstantIntegers(2, "output_shape") is { Length: > 0 } shape
            ? Output(ElementType.Float32, shape)
            : pooled;
        if (output.Shape.Rank != x.Shape.Rank) throw Error($"output_shape {output.Shape} does not fit input {x.Shape}.");
        int[] from = [.. pooled.Shape.Dims], to = output.Shape.Strides();
        Tensors.Shape limits = output.Shape;
        long places = pooled.Shape.Elements;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0);
            ReadOnlySpan<long> list = c.Input<long>(1);
            Span<float> y = c.Output<float>(0);
            y.Clear();
            for (int i = 0; i < source.Length; i++)
            {
                long rest = list[i];
                if (rest < 0 || rest >= places) throw Error($"index {rest} is outside a tensor of {places} elements.");
                int place = 0;
                for (int d = from.Length - 1; d >= 0; rest /= from[d], d--)
                {
                    int at = (int)(rest % from[d]);
                    if (at >= limits[d]) throw Error($"index {list[i]} is outside {limits}.");
                    place += at * to[d];
                }

                y[place] = source[i];
            }
        });
    }
}
