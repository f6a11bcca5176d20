using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = x for x >= 0, alpha * x below.</summary>
internal sealed class LeakyReluGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["LeakyRelu"];

    public void Differentiate(GradientContext context)
    {
        double alpha = Attributes.GetFloat(context.Node, "alpha", 0.01f);
        string positive = context.Builder.Op("Cast", [context.Builder.Op("Greater", context.Input(0), context.Builder.Scalar(0))],
            Attributes.Int("to", (long)context.Builder.FloatType));
        string slope = context.Builder.Op("Add", context.Scale(positive, 1 - alpha), context.Builder.Scalar(alpha));
        context.Add(0, context.Mul(context.OutputGradient, slope));
    }
}
