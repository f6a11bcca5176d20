using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>ReduceSumSquare, dx = 2 x dy, and ReduceL2, dx = x dy / y.</summary>
internal sealed class ReduceSquaresGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["ReduceSumSquare", "ReduceL2"];

    public void Differentiate(GradientContext context)
    {
        long[] dims = context.InputShape(0), kept = ReducedAxes.Kept(dims, ReducedAxes.Of(context));
        string dy = context.Node.OpType == "ReduceL2"
            ? context.Builder.Op("Div", context.OutputGradient, context.Output()) : context.Scale(context.OutputGradient, 2);
        context.Add(0, context.Mul(context.Input(0), context.Reshape(dy, kept)));
    }
}
