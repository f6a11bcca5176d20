using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = x above 0 and slope * x below: dslope sums dy * x over what lies below.</summary>
internal sealed class PReluGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["PRelu"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string above = builder.Op("Greater", context.Input(0), builder.Scalar(0)), dy = context.OutputGradient;
        if (context.Needs(0))
            context.Add(0, context.Mul(dy, builder.Op("Where", above, builder.Scalar(1), context.Input(1))));
        if (context.Needs(1))
        {
            string below = context.Mul(dy, context.Mask(builder.Op("Not", above), context.Input(0)));
            context.Add(1, context.Unbroadcast(below, context.OutputShape(), context.InputShape(1)));
        }
    }
}
