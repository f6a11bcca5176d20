using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Normalization;

/// <summary>h = (x - mean) / sqrt(var + epsilon) over the positions of each channel, y = scale * h + bias.</summary>
internal sealed class InstanceNormalizationGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["InstanceNormalization"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        long[] dims = context.InputShape(0);
        long channels = dims[1];
        long[] flat = [dims[0], channels, dims[2..].Aggregate(1L, (a, b) => a * b)];
        long[] perChannel = [1, channels, .. Enumerable.Repeat(1L, dims.Length - 2)], axes = [2];
        string x = context.Reshape(context.Input(0), flat), dy = context.OutputGradient;
        string centred = builder.Op("Sub", x, context.Mean(x, axes, keepDims: true));
        string variance = context.Mean(context.Mul(centred, centred), axes, keepDims: true);
        string epsilon = builder.Scalar(Attributes.GetFloat(context.Node, "epsilon", 1e-5f));
        string deviation = builder.Op("Sqrt", builder.Op("Add", variance, epsilon));
        string normalized = builder.Op("Div", centred, deviation);
        if (context.Needs(0))
        {
            string g = context.Reshape(context.Mul(dy, context.Reshape(context.Input(1), perChannel)), flat);
            string along = context.Mul(normalized, context.Mean(context.Mul(g, normalized), axes, keepDims: true));
            string rest = builder.Op("Sub", builder.Op("Sub", g, context.Mean(g, axes, keepDims: true)), along);
            context.Add(0, context.Reshape(builder.Op("Div", rest, deviation), dims));
        }

        long[] others = [0, .. Enumerable.Range(2, dims.Length - 2).Select(axis => (long)axis)];
        if (context.Needs(1)) context.Add(1, context.Sum(context.Mul(dy, context.Reshape(normalized, dims)), others, keepDims: false));
        if (context.Needs(2)) context.Add(2, context.Sum(dy, others, keepDims: false));
    }
}
