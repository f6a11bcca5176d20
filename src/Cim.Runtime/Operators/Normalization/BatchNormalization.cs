using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Normalization;

/// <summary>BatchNormalization(X, scale, B, mean, var) in inference; attribute <c>epsilon</c> (default 1e-5). Training mode is
/// refused.</summary>
internal sealed class BatchNormalization(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X");
        if (attributes.Int("training_mode", 0) != 0) throw Error("training mode is not supported.");
        if (x.Shape.Rank < 2) throw Error($"input {x.Shape} has no channel axis.");
        int channels = x.Shape[1], size = x.Shape.Product(2, x.Shape.Rank);
        for (int i = 1; i <= 4; i++)
            if (inputs.Float(i, "scale, B, mean, var").Shape.Elements != channels) throw Error($"input {i} must have {channels} elements.");
        float epsilon = attributes.Float("epsilon", 1e-5f);
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0),
                scale = c.Input<float>(1),
                b = c.Input<float>(2),
                mean = c.Input<float>(3),
                variance = c.Input<float>(4);
            Span<float> y = c.Output<float>(0);
            if (size == 0) return;
            for (int i = 0, plane = 0; i < y.Length; i += size, plane++)
            {
                int channel = plane % channels;
                double factor = scale[channel] / Math.Sqrt((double)variance[channel] + epsilon);
                UnaryLoop.Run(
                    source.Slice(i, size), y.Slice(i, size), new Affine((float)factor, (float)(b[channel] - (mean[channel] * factor))));
            }
        }) { CanRunInPlace = true };
    }
}

/// <summary>InstanceNormalization(input, scale, B): every plane of every image normalised on its own; attribute <c>epsilon</c>.</summary>
internal sealed class InstanceNormalization(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "input");
        if (x.Shape.Rank < 3) throw Error($"input {x.Shape} has no spatial axes.");
        int channels = x.Shape[1], size = x.Shape.Product(2, x.Shape.Rank);
        for (int i = 1; i <= 2; i++)
            if (inputs.Float(i, "scale, B").Shape.Elements != channels) throw Error($"input {i} must have {channels} elements.");
        float epsilon = attributes.Float("epsilon", 1e-5f);
        return new Kernel(Output(x.Type, x.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), scale = c.Input<float>(1), b = c.Input<float>(2);
            Span<float> y = c.Output<float>(0);
            if (size == 0) return;
            for (int i = 0, plane = 0; i < y.Length; i += size, plane++)
            {
                ReadOnlySpan<float> values = source.Slice(i, size);
                double mean = Reduction.LaneSum.Of(values) / size;
                double factor = scale[plane % channels] / Math.Sqrt((Reduction.LaneSum.OfSquares(values, mean) / size) + epsilon);
                UnaryLoop.Run(values, y.Slice(i, size), new Affine((float)factor, (float)(b[plane % channels] - (mean * factor))));
            }
        }) { CanRunInPlace = true };
    }
}
