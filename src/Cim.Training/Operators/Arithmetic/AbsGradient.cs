using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = |x|: dx = dy * sign(x), 0 at 0.</summary>
internal sealed class AbsGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Abs"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Mul(context.OutputGradient, context.Builder.Op("Sign", context.Input(0))));
    }
}
