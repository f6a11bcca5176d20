using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = ln(x): dx = dy / x.</summary>
internal sealed class LogGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Log"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Builder.Op("Div", context.OutputGradient, context.Input(0)));
    }
}
