using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Split: the gradients of the parts, joined; parts the loss does not use count zero.</summary>
internal sealed class SplitGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Split"];

    public void Differentiate(GradientContext context)
    {
        int axis = GradientContext.Axis(Attributes.GetInt(context.Node, "axis", 0), context.InputShape(0).Length);
        string[] parts = [.. Enumerable.Range(0, context.Node.Output.Count)
            .Select(i => context.OutputGradientOrNull(i) ?? context.Zeros(context.OutputShape(i)))];
        context.Add(0, context.Builder.Op("Concat", parts, Attributes.Int("axis", axis)));
    }
}
