using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = 1 / x: dx = -dy * y^2.</summary>
internal sealed class ReciprocalGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Reciprocal"];

    public void Differentiate(GradientContext context) => context.Add(
        0, context.Builder.Op("Neg", context.Mul(context.OutputGradient, context.Mul(context.Output(), context.Output()))));
}
