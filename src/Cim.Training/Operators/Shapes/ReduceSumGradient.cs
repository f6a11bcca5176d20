using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>The sum over axes: dy at every position.</summary>
internal sealed class ReduceSumGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["ReduceSum"];

    public void Differentiate(GradientContext context)
    {
        long[] dims = context.InputShape(0);
        long[] axes = ReducedAxes.Of(context);

        string dy = context.Reshape(context.OutputGradient, ReducedAxes.Kept(dims, axes));
        context.Add(0, context.Expand(dy, dims));
    }
}
