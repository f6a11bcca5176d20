using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = exp(x): dx = dy * y.</summary>
internal sealed class ExpGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Exp"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Mul(context.OutputGradient, context.Output()));
    }
}
