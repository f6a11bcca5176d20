using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = a * b with broadcasting: da = dy * b, db = dy * a.</summary>
internal sealed class MulGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Mul"];

    public void Differentiate(GradientContext context)
    {
        string dy = context.OutputGradient;
        for (int i = 0; i < 2; i++)
        {
            if (context.Needs(i))
                context.Add(i, context.Unbroadcast(context.Mul(dy, context.Input(1 - i)), context.OutputShape(), context.InputShape(i)));
        }
    }
}
