using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Broadcast to a shape: dy is summed over the broadcast axes.</summary>
internal sealed class ExpandGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Expand"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Unbroadcast(context.OutputGradient, context.OutputShape(), context.InputShape(0)));
    }
}
