using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>Elu, Selu and Celu: 1 (or gamma) above 0, and an exponential that is y plus a constant below.</summary>
internal sealed class ExponentialUnitGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Elu", "Selu", "Celu"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string type = context.Node.OpType;
        double alpha = Attributes.GetFloat(context.Node, "alpha", type == "Selu" ? 1.67326319217681884765625f : 1f);
        double gamma = type == "Selu" ? Attributes.GetFloat(context.Node, "gamma", 1.05070102214813232421875f) : 1;
        // Below 0: y = gamma alpha (e^x - 1), or for Celu alpha (e^(x / alpha) - 1) with the slope e^(x / alpha).
        string below = type == "Celu"
            ? builder.Op("Add", context.Scale(context.Output(), 1 / alpha), builder.Scalar(1))
            : builder.Op("Add", context.Output(), builder.Scalar(gamma * alpha));
        string above = builder.Op("Greater", context.Input(0), builder.Scalar(0));
        context.Add(0, context.Mul(context.OutputGradient, builder.Op("Where", above, builder.Scalar(gamma), below)));
    }
}
