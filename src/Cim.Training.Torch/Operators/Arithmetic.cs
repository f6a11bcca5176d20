using Cim.Training.Torch.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>Arithmetic, value by value, with broadcasting.</summary>
internal static class Arithmetic
{
    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        Make("Add", x => x[0] + x[1]),
        Make("Sub", x => x[0] - x[1]),
        Make("Mul", x => x[0] * x[1]),
        new("Div", Div),
        Make("Pow", x => x[0].pow(x[1])),
        Make("Neg", x => -x[0]),
        Make("Abs", x => x[0].abs()),
        Make("Exp", x => x[0].exp()),
        Make("Log", x => x[0].log()),
        Make("Sqrt", x => x[0].sqrt()),
        Make("Erf", x => erf(x[0])),
        Make("Reciprocal", x => x[0].reciprocal()),
        Make("Sin", x => x[0].sin()),
        Make("Cos", x => x[0].cos()),
        Make("Sign", x => x[0].sign()),
        Make("Round", x => x[0].round()),
        Make("Floor", x => x[0].floor()),
        Make("Ceil", x => x[0].ceil()),
        Make("Max", x => x.Skip(1).Aggregate(x[0], maximum)),
        Make("Min", x => x.Skip(1).Aggregate(x[0], minimum)),
        Make("Sum", x => x.Skip(1).Aggregate(x[0], (a, b) => a + b)),
        Make("Where", x => where(x[0], x[1], x[2])),
    ];

    /// <summary>An operation of one result that needs nothing of its node.</summary>
    public static TorchOperator Make(string type, Func<Tensor[], Tensor> operation) => new(type, _ => inputs => [operation(inputs)]);

    /// <summary>Whole numbers are divided as whole numbers, towards zero.</summary>
    private static TorchOperation Div(TorchNode node) => x => x[0].is_floating_point()
        ? [x[0] / x[1]]
        : [x[0].div(x[1], RoundingMode.trunc)];
}
