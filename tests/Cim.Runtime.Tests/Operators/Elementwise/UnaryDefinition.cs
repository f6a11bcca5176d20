using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>The functions of one number as ONNX defines them, in double precision.</summary>
internal static class UnaryDefinition
{
    /// <summary>Compares an operator with its definition at random numbers from -4 to 4, at every awkward length.</summary>
    public static void Holds(string op, double tolerance)
    {
        var random = new Random(3);
        foreach (int n in AwkwardLengths)
        {
            float[] x = Random(random, n).Floats();
            AssertClose([.. x.Select(v => (float)Of(op, v))], Run(op, Floats([n], x)).Floats(), tolerance);
        }
    }

    public static double Of(string op, double x) => op switch
    {
        "Relu" => Math.Max(x, 0),
        "LeakyRelu" => x < 0 ? (float)x * 0.01f : x,
        "ThresholdedRelu" => x > 1 ? x : 0,
        "HardSigmoid" => Math.Clamp((0.2f * x) + 0.5, 0, 1),
        "HardSwish" => x * Math.Clamp((x / 6) + 0.5, 0, 1),
        "Neg" => -x,
        "Abs" => Math.Abs(x),
        "Sqrt" => Math.Sqrt(x),
        "Reciprocal" => 1 / x,
        "Floor" => Math.Floor(x),
        "Ceil" => Math.Ceiling(x),
        "Round" => Math.Round(x, MidpointRounding.ToEven),
        "Sign" => Math.Sign(x),
        "Softsign" => x / (1 + Math.Abs(x)),
        "Sigmoid" => 1 / (1 + Math.Exp(-x)),
        "Tanh" => Math.Tanh(x),
        "Erf" => Erf(x),
        "Exp" => Math.Exp(x),
        "Log" => Math.Log(x),
        "Gelu" => x / 2 * (1 + Erf(x / Math.Sqrt(2))),
        "Softplus" => Math.Log(1 + Math.Exp(x)),
        "Mish" => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
        "Elu" or "Celu" => x < 0 ? Math.Exp(x) - 1 : x,
        "Selu" => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)),
        "Sin" => Math.Sin(x),
        "Cos" => Math.Cos(x),
        "Tan" => Math.Tan(x),
        "Asin" => Math.Asin(x),
        "Acos" => Math.Acos(x),
        "Atan" => Math.Atan(x),
        "Sinh" => Math.Sinh(x),
        "Cosh" => Math.Cosh(x),
        "Asinh" => Math.Asinh(x),
        "Acosh" => Math.Acosh(x),
        "Atanh" => Math.Atanh(x),
        _ => throw new ArgumentException(op),
    };

    /// <summary>By Simpson's rule on the defining integral.</summary>
    private static double Erf(double x)
    {
        const int Steps = 2000;
        double h = x / Steps, sum = 1 + Math.Exp(-x * x);
        for (int i = 1; i < Steps; i++) sum += (i % 2 == 0 ? 2 : 4) * Math.Exp(-(i * h) * (i * h));
        return sum * h / 3 * 2 / Math.Sqrt(Math.PI);
    }
}
