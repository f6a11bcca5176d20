using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>Max and Min of any number of values with broadcasting: dy goes to the value that was taken, in equal parts to equal
/// ones.</summary>
internal sealed class ExtremeGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Max", "Min"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string[] taken =
        [
            .. Enumerable.Range(0, context.InputCount).Select(i => builder.Op(
                "Cast", [builder.Op("Equal", context.Input(i), context.Output())], Attributes.Int("to", (long)builder.FloatType))),
        ];
        string count = taken.Length == 1 ? taken[0] : builder.Op("Sum", [.. taken]);
        string share = builder.Op("Div", context.OutputGradient, count);
        for (int i = 0; i < taken.Length; i++)
            if (context.Needs(i))
                context.Add(i, context.Unbroadcast(context.Mul(taken[i], share), context.OutputShape(), context.InputShape(i)));
    }
}
