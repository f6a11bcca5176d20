using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = max(x, 0): dy passes where y > 0.</summary>
internal sealed class ReluGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Relu"];

    public void Differentiate(GradientContext context)
    {
        context.Add(0, context.Mask(context.Builder.Op("Greater", context.Output(), context.Builder.Scalar(0)), context.OutputGradient));
    }
}
