using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Constant padding: the pads are cut off dy again (a negative pad grows, so both signs are one rule).</summary>
internal sealed class PadGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Pad"];

    public void Differentiate(GradientContext context)
    {
        if (Attributes.GetString(context.Node, "mode", "constant") != "constant")
            throw context.Unsupported("only constant padding has a rule");
        if (context.HasInput(3))
            throw context.Unsupported("padding with axes has no rule");
        long[] back = [.. context.ConstantInts(1).Select(pad => -pad)];
        context.Add(0, context.Builder.Op("Pad", context.OutputGradient, context.Builder.Ints(back)));
    }
}
