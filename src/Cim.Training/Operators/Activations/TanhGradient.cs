using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = tanh(x): dx = dy * (1 - y^2).</summary>
internal sealed class TanhGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Tanh"];

    public void Differentiate(GradientContext context)
    {
        string slope = context.Builder.Op("Sub", context.Builder.Scalar(1), context.Mul(context.Output(), context.Output()));
        context.Add(0, context.Mul(context.OutputGradient, slope));
    }
}
