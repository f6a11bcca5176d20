using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = a / b with broadcasting: da = dy / b, db = -dy * y / b.</summary>
internal sealed class DivGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Div"];

    public void Differentiate(GradientContext context)
    {
        string dyOverB = context.Builder.Op("Div", context.OutputGradient, context.Input(1));
        if (context.Needs(0))
            context.Add(0, context.Unbroadcast(dyOverB, context.OutputShape(), context.InputShape(0)));
        if (context.Needs(1))
        {
            string product = context.Builder.Op("Neg", context.Mul(dyOverB, context.Output()));
            context.Add(1, context.Unbroadcast(product, context.OutputShape(), context.InputShape(1)));
        }
    }
}
