using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>The largest or smallest value over axes: dy goes to it, in equal parts to equal ones.</summary>
internal sealed class ReduceExtremeGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["ReduceMax", "ReduceMin", "GlobalMaxPool"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        long[] dims = context.InputShape(0);
        long[] axes = context.Node.OpType == "GlobalMaxPool"
            ? [.. Enumerable.Range(2, dims.Length - 2).Select(axis => (long)axis)] : ReducedAxes.Of(context);
        long[] kept = ReducedAxes.Kept(dims, axes);
        string equal = builder.Op("Equal", context.Input(0), context.Reshape(context.Output(), kept));
        string taken = builder.Op("Cast", [equal], Attributes.Int("to", (long)builder.FloatType));
        string share = builder.Op("Div", context.Reshape(context.OutputGradient, kept), context.Sum(taken, axes, keepDims: true));
        context.Add(0, context.Mul(taken, share));
    }
}
