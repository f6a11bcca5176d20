using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Normalization;

/// <summary>
/// Batch normalization with the statistics of the batch (Ioffe and Szegedy, arXiv 1502.03167). Inputs x, scale, bias;
/// outputs y, batch mean, biased batch variance.
/// </summary>
internal sealed class BatchStatisticsNormalization : ICompositeOperator
{
    public const string OperatorType = "BatchStatisticsNormalization";

    public IReadOnlyList<string> OperatorTypes { get; } = [OperatorType];

    public void Lower(NodeProto node, GraphBuilder builder)
    {
        long[] axes = Attributes.GetInts(node, "axes", []);
        string x = node.Input[0];
        string kept = Mean(builder, x, axes);
        string centred = builder.Named(CompositeOperators.Saved(node, "centred"), "Sub", [x, kept]);
        string variance = Mean(builder, builder.Op("Mul", centred, centred), axes);
        string epsilon = builder.Scalar(Attributes.GetFloat(node, "epsilon", 1e-5f));
        string deviation = builder.Op("Sqrt", builder.Op("Add", variance, epsilon));
        string inverse = builder.Named(CompositeOperators.Saved(node, "inverse"), "Div", [builder.Scalar(1), deviation]);
        string perChannel = builder.Ints([1, -1, .. axes[1..].Select(_ => 1L)]);
        string scale = builder.Named(
            CompositeOperators.Saved(node, "scale"), "Mul", [builder.Op("Reshape", node.Input[1], perChannel), inverse]);
        string bias = builder.Op("Reshape", node.Input[2], perChannel);
        builder.Named(node.Output[0], "Add", [builder.Op("Mul", centred, scale), bias]);
        builder.Named(node.Output[1], "Reshape", [kept, builder.Ints(-1)]);
        builder.Named(node.Output[2], "Reshape", [variance, builder.Ints(-1)]);
    }

    /// <summary>dx = scale / sigma * (dy - mean(dy) - h mean(dy h)), h = (x - mean) / sigma.</summary>
    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        long[] axes = Attributes.GetInts(context.Node, "axes", []);
        string dy = context.OutputGradient;
        string centred = CompositeOperators.Saved(context.Node, "centred");
        string inverse = CompositeOperators.Saved(context.Node, "inverse");
        long[] dims = context.InputShape(0);
        double count = axes.Aggregate(1.0, (product, axis) => product * dims[axis]);
        string sum = context.Sum(dy, axes, keepDims: true);
        string along = context.Mul(context.Sum(context.Mul(dy, centred), axes, keepDims: true), inverse);
        if (context.Needs(0))
        {
            string slope = context.Scale(context.Mul(along, inverse), 1 / count);
            string shift = context.Scale(sum, 1 / count);
            string rest = builder.Op("Sub", builder.Op("Sub", dy, context.Mul(centred, slope)), shift);
            context.Add(0, context.Mul(rest, CompositeOperators.Saved(context.Node, "scale")));
        }

        if (context.Needs(1))
            context.Add(1, context.Reshape(along, [-1]));
        if (context.Needs(2))
            context.Add(2, context.Reshape(sum, [-1]));
    }

    private static string Mean(GraphBuilder builder, string value, long[] axes) =>
        builder.Op("ReduceMean", [value], Attributes.Ints("axes", axes), Attributes.Int("keepdims", 1));
}
