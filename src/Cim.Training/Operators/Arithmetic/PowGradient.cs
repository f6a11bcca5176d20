using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>y = a ^ b: da = dy * b * a^(b-1). The exponent must not be trained.</summary>
internal sealed class PowGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Pow"];

    public void Differentiate(GradientContext context)
    {
        if (context.Needs(1))
            throw context.Unsupported("a trained exponent is not supported");
        string exponent = context.Input(1);
        string lower = context.Builder.Op("Pow", context.Input(0), context.Builder.Op("Sub", exponent, context.Builder.Scalar(1)));
        string da = context.Mul(context.OutputGradient, context.Mul(exponent, lower));
        context.Add(0, context.Unbroadcast(da, context.OutputShape(), context.InputShape(0)));
    }
}
