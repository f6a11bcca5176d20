using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = sqrt(x): dx = dy / (2 y).</summary>
internal sealed class SqrtGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Sqrt"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Builder.Op("Div", context.Scale(context.OutputGradient, 0.5), context.Output()));
    }
}
