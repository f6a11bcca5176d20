using Cim.Runtime.Operators.Elementwise;
using Cim.Runtime.Operators.Reduction;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Normalization;

/// <summary>
/// LayerNormalization(X, Scale, B?) over the axes from attribute <c>axis</c> (default -1) on; attribute <c>epsilon</c>.
/// Outputs: Y, the mean and the inverse standard deviation of every row. Scale and B broadcast to the normalised axes.
/// </summary>
internal sealed class LayerNormalization(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "X"), scale = inputs.Float(1, "Scale");
        TensorInfo? bias = inputs.OptionalFloat(2, "B");
        int axis = Axis(attributes.Int("axis", -1), x.Shape.Rank);
        Shape row = new(x.Shape.Dims.AsSpan()[axis..]);
        foreach (TensorInfo? p in (TensorInfo?[])[scale, bias])
            if (p is not null && ShapeMath.Broadcast(p.Shape, row) != row)
                throw Error($"a parameter of shape {p.Shape} does not broadcast to the normalised axes {row}.");
        long[] statistics = x.Shape.ToLongs();
        statistics.AsSpan(axis).Fill(1);
        TensorInfo perRow = Output(ElementType.Float32, statistics);
        int size = row.Product(0, row.Rank), rows = size == 0 ? 0 : x.Shape.Product(0, axis);
        float epsilon = attributes.Float("epsilon", 1e-5f);
        var scalePlan = new BroadcastPlan(row, row, scale.Shape);
        BroadcastPlan? biasPlan = bias is null ? null : new BroadcastPlan(row, row, bias.Shape);
        return new Kernel([Output(x.Type, x.Shape), perRow, perRow], (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), factors = c.Input<float>(1);
            Span<float> y = c.Output<float>(0), means = c.Output<float>(1), inverses = c.Output<float>(2);
            for (int r = 0; r < rows; r++)
            {
                ReadOnlySpan<float> values = source.Slice(r * size, size);
                Span<float> target = y.Slice(r * size, size);
                double mean = LaneSum.Of(values) / size;
                double inverse = 1 / Math.Sqrt((LaneSum.OfSquares(values, mean) / size) + epsilon);
                UnaryLoop.Run(values, target, new Affine((float)inverse, (float)(-mean * inverse)));
                BinaryLoop.Run<float, Multiply<float>>(scalePlan, target, factors, target);
                if (biasPlan is not null) BinaryLoop.Run<float, Add<float>>(biasPlan, target, c.Input<float>(2), target);
                if (!means.IsEmpty) means[r] = (float)mean;
                if (!inverses.IsEmpty) inverses[r] = (float)inverse;
            }
        });
    }
}
