using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = a - b with broadcasting.</summary>
internal sealed class SubGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Sub"];

    public void Differentiate(GradientContext context)
    {
        string dy = context.OutputGradient;
        if (context.Needs(0))
            context.Add(0, context.Unbroadcast(dy, context.OutputShape(), context.InputShape(0)));
        if (context.Needs(1))
            context.Add(1, context.Builder.Op("Neg", context.Unbroadcast(dy, context.OutputShape(), context.InputShape(1))));
    }
}
