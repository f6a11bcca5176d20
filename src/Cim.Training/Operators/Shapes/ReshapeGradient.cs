using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Operators that keep the elements in order: dy in the shape of the input.</summary>
internal sealed class ReshapeGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Reshape(context.OutputGradient, context.InputShape(0)));
    }
}
