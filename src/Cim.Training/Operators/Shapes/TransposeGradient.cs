using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>A permutation of the axes: dy is permuted back.</summary>
internal sealed class TransposeGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Transpose"];

    public void Differentiate(GradientContext context)
    {
        int rank = context.InputShape(0).Length;
        long[] permutation = Attributes.GetInts(
            context.Node, "perm", [.. Enumerable.Range(0, rank).Select(axis => (long)(rank - 1 - axis))]);
        var inverse = new long[rank];
        for (int i = 0; i < rank; i++)
            inverse[permutation[i]] = i;
        context.Add(0, context.Transpose(context.OutputGradient, inverse));
    }
}
