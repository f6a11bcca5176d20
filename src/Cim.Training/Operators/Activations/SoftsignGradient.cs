using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = x / (1 + |x|): dx = dy / (1 + |x|)^2.</summary>
internal sealed class SoftsignGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Softsign"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string size = builder.Op("Add", builder.Op("Abs", context.Input(0)), builder.Scalar(1));
        context.Add(0, builder.Op("Div", context.OutputGradient, context.Mul(size, size)));
    }
}
