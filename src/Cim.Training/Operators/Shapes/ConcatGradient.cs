using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>Concatenation: each input gets its slice of dy.</summary>
internal sealed class ConcatGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Concat"];

    public void Differentiate(GradientContext context)
    {
        int axis = GradientContext.Axis(Attributes.GetInt(context.Node, "axis", 0), context.OutputShape().Length);
        long start = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            long end = start + context.InputShape(i)[axis];
            if (context.Needs(i))
                context.Add(i, context.Builder.Op(
                    "Slice", context.OutputGradient, context.Builder.Ints(start), context.Builder.Ints(end), context.Builder.Ints(axis)));
            start = end;
        }
    }
}
