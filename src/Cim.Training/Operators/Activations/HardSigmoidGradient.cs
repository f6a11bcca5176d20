using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = clip(alpha * x + beta, 0, 1): dx = alpha * dy strictly inside.</summary>
internal sealed class HardSigmoidGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["HardSigmoid"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        double alpha = Attributes.GetFloat(context.Node, "alpha", 0.2f);
        string inside = builder.Op(
            "And", builder.Op("Greater", context.Output(), builder.Scalar(0)), builder.Op("Less", context.Output(), builder.Scalar(1)));
        context.Add(0, context.Mask(inside, context.Scale(context.OutputGradient, alpha)));
    }
}
