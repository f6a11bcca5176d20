using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>Sin and Cos.</summary>
internal sealed class SineGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Sin", "Cos"];

    public void Differentiate(GradientContext context)
    {
        string other = context.Node.OpType == "Sin"
            ? context.Builder.Op("Cos", context.Input(0)) : context.Builder.Op("Neg", context.Builder.Op("Sin", context.Input(0)));
        context.Add(0, context.Mul(context.OutputGradient, other));
    }
}
