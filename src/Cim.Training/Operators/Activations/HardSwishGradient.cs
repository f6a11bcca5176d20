using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = x * h(x) with h = clip(x/6 + 1/2, 0, 1): dx = dy * (h + x/6 where 0 &lt; h &lt; 1).</summary>
internal sealed class HardSwishGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["HardSwish"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string x = context.Input(0);
        string h = builder.Op(
            "Clip", builder.Op("Add", context.Scale(x, 1.0 / 6), builder.Scalar(0.5)), builder.Scalar(0), builder.Scalar(1));
        string inside = builder.Op("And", builder.Op("Greater", h, builder.Scalar(0)), builder.Op("Less", h, builder.Scalar(1)));
        string slope = builder.Op("Add", h, context.Mask(inside, context.Scale(x, 1.0 / 6)));
        context.Add(0, context.Mul(context.OutputGradient, slope));
    }
}
