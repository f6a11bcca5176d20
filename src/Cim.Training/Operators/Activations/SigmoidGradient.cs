using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = 1 / (1 + exp(-x)): dx = dy * y * (1 - y).</summary>
internal sealed class SigmoidGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Sigmoid"];

    public void Differentiate(GradientContext context)
    {
        string slope = context.Mul(context.Output(), context.Builder.Op("Sub", context.Builder.Scalar(1), context.Output()));
        context.Add(0, context.Mul(context.OutputGradient, slope));
    }
}
