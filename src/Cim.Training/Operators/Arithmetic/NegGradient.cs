using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = -x.</summary>
internal sealed class NegGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Neg"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Builder.Op("Neg", context.OutputGradient));
    }
}
