using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>A choice between two values with broadcasting: dy goes to the one that was chosen.</summary>
internal sealed class WhereGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Where"];

    public void Differentiate(GradientContext context)
    {
        string condition = context.Input(0), dy = context.OutputGradient;
        for (int i = 1; i <= 2; i++)
        {
            if (!context.Needs(i)) continue;
            string chosen = context.Mask(i == 1 ? condition : context.Builder.Op("Not", condition), dy);
            context.Add(i, context.Unbroadcast(chosen, context.OutputShape(), context.InputShape(i)));
        }
    }
}
