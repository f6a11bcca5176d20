using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>The mean of each channel: dy / count at every position.</summary>
internal sealed class GlobalAveragePoolGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["GlobalAveragePool"];

    public void Differentiate(GradientContext context)
    {
        long[] dims = context.InputShape(0);
        long count = dims[2..].Aggregate(1L, (product, dim) => product * dim);
        context.Add(0, context.Expand(context.Scale(context.OutputGradient, 1.0 / count), dims));
    }
}
