using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = x - ln(sum(exp(x))): dx = dy - exp(y) * sum(dy) along the axis.</summary>
internal sealed class LogSoftmaxGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["LogSoftmax"];

    public void Differentiate(GradientContext context)
    {
        int axis = GradientContext.Axis(Attributes.GetInt(context.Node, "axis", -1), context.OutputShape().Length);
        string total = context.Sum(context.OutputGradient, [axis], keepDims: true);
        string shared = context.Mul(context.Builder.Op("Exp", context.Output()), total);
        context.Add(0, context.Builder.Op("Sub", context.OutputGradient, shared));
    }
}
