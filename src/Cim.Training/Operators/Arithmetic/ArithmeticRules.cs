using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Arithmetic;

/// <summary>The rules of arithmetic, value by value.</summary>
internal static class ArithmeticRules
{
    public static IReadOnlyList<IGradientRule> All { get; } =
    [
        new AddGradient(), new SubGradient(), new MulGradient(), new DivGradient(),
        new PowGradient(), new NegGradient(), new AbsGradient(), new ExpGradient(),
        new LogGradient(), new SqrtGradient(), new ErfGradient(), new ReciprocalGradient(), new SineGradient(),
        new ExtremeGradient(), new WhereGradient(),
    ];
}
