using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = log(1 + e^x): dx = dy * sigmoid(x).</summary>
internal sealed class SoftplusGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Softplus"];

    public void Differentiate(GradientContext context) =>
        context.Add(0, context.Mul(context.OutputGradient, context.Builder.Op("Sigmoid", context.Input(0))));
}
