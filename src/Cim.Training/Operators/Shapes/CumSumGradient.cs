using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>A running sum along an axis: dx is the running sum of dy from the other end.</summary>
internal sealed class CumSumGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["CumSum"];

    public void Differentiate(GradientContext context) => context.Add(0, context.Builder.Op(
        "CumSum",
        [context.OutputGradient, context.Input(1)],
        Attributes.Int("exclusive", Attributes.GetInt(context.Node, "exclusive", 0)),
        Attributes.Int("reverse", 1 - Attributes.GetInt(context.Node, "reverse", 0))));
}
