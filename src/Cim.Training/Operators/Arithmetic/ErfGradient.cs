using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = erf(x): dx = dy * 2/sqrt(pi) * exp(-x^2).</summary>
internal sealed class ErfGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Erf"];

    public void Differentiate(GradientContext context)
    {
        string bell = context.Builder.Op("Exp", context.Builder.Op("Neg", context.Mul(context.Input(0), context.Input(0))));
        context.Add(0, context.Mul(context.OutputGradient, context.Scale(bell, 2 / Math.Sqrt(Math.PI))));
    }
}
