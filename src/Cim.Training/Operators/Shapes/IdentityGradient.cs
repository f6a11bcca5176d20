using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>y = x; also Dropout, which does nothing outside random training, and Cast between real types.</summary>
internal sealed class IdentityGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Identity", "Dropout", "Cast"];

    public void Differentiate(GradientContext context)
    {
        string dy = context.OutputGradient;
        context.Add(0, dy);
    }
}
