using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Normalization;

/// <summary>y = scale * h + bias, h = (x - mean) / sqrt(var + epsilon) over the trailing axes: dx = (g - mean(g) - h mean(g h)) / sqrt(var
/// + epsilon), g = dy * scale.</summary>
internal sealed class LayerNormalizationGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["LayerNormalization"];

    public void Differentiate(GradientContext context)
    {
        if (context.OutputGradientOrNull(1) is not null || context.OutputGradientOrNull(2) is not null)
            throw context.Unsupported("gradients through the Mean and InvStdDev outputs have no rule");
        GraphBuilder builder = context.Builder;
        long[] dims = context.InputShape(0);
        int first = GradientContext.Axis(Attributes.GetInt(context.Node, "axis", -1), dims.Length);
        long[] axes = [.. Enumerable.Range(first, dims.Length - first).Select(axis => (long)axis)];
        string dy = context.OutputGradient;
        string centred = builder.Op("Sub", context.Input(0), context.Mean(context.Input(0), axes, keepDims: true));
        string variance = context.Mean(context.Mul(centred, centred), axes, keepDims: true);
        string epsilon = builder.Scalar(Attributes.GetFloat(context.Node, "epsilon", 1e-5f));
        string deviation = builder.Op("Sqrt", builder.Op("Add", variance, epsilon));
        string normalized = builder.Op("Div", centred, deviation);
        if (context.Needs(0))
        {
            string g = context.Mul(dy, context.Input(1));
            string along = context.Mul(normalized, context.Mean(context.Mul(g, normalized), axes, keepDims: true));
            string rest = builder.Op("Sub", builder.Op("Sub", g, context.Mean(g, axes, keepDims: true)), along);
            context.Add(0, builder.Op("Div", rest, deviation));
        }

        if (context.Needs(1))
            context.Add(1, context.Unbroadcast(context.Mul(dy, normalized), dims, context.InputShape(1)));
        if (context.Needs(2))
            context.Add(2, context.Unbroadcast(dy, dims, context.InputShape(2)));
    }
}
