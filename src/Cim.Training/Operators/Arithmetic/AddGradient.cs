using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = a + b with broadcasting: dy flows to both, summed over broadcast axes.</summary>
internal sealed class AddGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Add"];

    public void Differentiate(GradientContext context)
    {
        string dy = context.OutputGradient;
        for (int i = 0; i < 2; i++)
        {
            if (context.Needs(i))
                context.Add(i, context.Unbroadcast(dy, context.OutputShape(), context.InputShape(i)));
        }
    }
}
