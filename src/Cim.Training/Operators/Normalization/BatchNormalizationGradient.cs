using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Normalization;

/// <summary>Batch normalization with fixed statistics: y = scale * (x - mean) / sqrt(var + epsilon) + bias.</summary>
internal sealed class BatchNormalizationGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["BatchNormalization"];

    public void Differentiate(GradientContext context)
    {
        if (Attributes.GetInt(context.Node, "training_mode", 0) != 0)
            throw context.Unsupported("training_mode = 1 is replaced by batch statistics before differentiation");
        if (context.Needs(3) || context.Needs(4))
            throw context.Unsupported("the statistics cannot be trained");
        GraphBuilder builder = context.Builder;
        long[] dims = context.InputShape(0);
        long[] perChannel = [1, dims[1], .. Enumerable.Repeat(1L, dims.Length - 2)];
        long[] others = [0, .. Enumerable.Range(2, dims.Length - 2).Select(axis => (long)axis)];
        string dy = context.OutputGradient;
        string variance = builder.Op("Add", context.Input(4), builder.Scalar(Attributes.GetFloat(context.Node, "epsilon", 1e-5f)));
        string inverse = builder.Op("Div", builder.Scalar(1), builder.Op("Sqrt", variance));
        if (context.Needs(0))
            context.Add(0, context.Mul(dy, context.Reshape(context.Mul(inverse, context.Input(1)), perChannel)));
        if (context.Needs(1))
        {
            string centred = builder.Op("Sub", context.Input(0), context.Reshape(context.Input(3), perChannel));
            context.Add(1, context.Mul(context.Sum(context.Mul(dy, centred), others, keepDims: false), inverse));
        }

        if (context.Needs(2))
            context.Add(2, context.Sum(dy, others, keepDims: false));
    }
}
