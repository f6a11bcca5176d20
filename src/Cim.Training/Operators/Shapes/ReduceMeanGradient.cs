using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>The mean over axes: dy / count at every position.</summary>
internal sealed class ReduceMeanGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["ReduceMean"];

    public void Differentiate(GradientContext context)
    {
        long[] dims = context.InputShape(0);
        long[] axes = ReducedAxes.Of(context);
        long count = axes.Aggregate(1L, (product, axis) => product * dims[axis]);
        string dy = context.Reshape(context.OutputGradient, ReducedAxes.Kept(dims, axes));
        context.Add(0, context.Expand(context.Scale(dy, 1.0 / count), dims));
    }
}
