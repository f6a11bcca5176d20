using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

public sealed class ElementwiseTests
{
    public static TheoryData<string> Binary => ["Add", "Sub", "Mul", "Div", "Max", "Min"];

    [Theory, MemberData(nameof(Binary))]
    public void Binary_operators_broadcast_like_the_scalar_formula(string op)
    {
        Func<float, float, float> f = op switch
        {
            "Add" => (a, b) => a + b,
            "Sub" => (a, b) => a - b,
            "Mul" => (a, b) => a * b,
            "Div" => (a, b) => a / b,
            "Max" => Math.Max,
            _ => Math.Min,
        };
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            int[] shape = RandomShape(random, 5, 9);
            Tensor a = Random(random, Shrink(random, shape)), b = Random(random, Shrink(random, shape));
            Tensor y = Run(op, a, b);
            Assert.Equal([.. Indices(y.Dims()).Select(index => f(a.At(index), b.At(index)))], y.Floats());
        }
    }

    [Theory, MemberData(nameof(Binary))]
    public void Vector_and_scalar_forms_agree_at_every_length(string op)
    {
        var random = new Random(2);
        foreach (int n in AwkwardLengths)
        {
            float[] a = Random(random, n).Floats(), b = Random(random, n).Floats();
            if (n > 2) (a[0], b[1], a[2], b[2]) = (float.NaN, float.NaN, float.PositiveInfinity, float.NegativeInfinity);
            float[] whole = Run(op, Floats([n], a), Floats([n], b)).Floats();
            for (int i = 0; i < n; i++) Assert.Equal(Run(op, Floats([1], a[i]), Floats([1], b[i])).Floats()[0], whole[i]);
        }
    }

    [Fact]
    public void Maximum_and_minimum_pass_NaN_on_from_either_side()
    {
        foreach (string op in (string[])["Max", "Min"])
        {
            Assert.Equal(float.NaN, Run(op, Floats([1], float.NaN), Floats([1], 1)).Floats()[0]);
            Assert.Equal(float.NaN, Run(op, Floats([1], 1), Floats([1], float.NaN)).Floats()[0]);
        }
    }

    [Fact]
    public void Variadic_operators_take_one_input_or_many()
    {
        Tensor a = Floats([2], 1, 5), b = Floats([1], 3), c = Floats([2, 1], 2, 4);
        Assert.Equal([1f, 5f], Run("Sum", a).Floats());
        Assert.Equal([6f, 10f, 8f, 12f], Run("Sum", a, b, c).Floats());
        Assert.Equal([2f, 10 / 3f, 8 / 3f, 4f], Run("Mean", a, b, c).Floats());
        Assert.Equal([3f, 5f, 4f, 5f], Run("Max", a, b, c).Floats());
    }

    [Fact]
    public void Integer_division_truncates_and_division_by_zero_is_an_error()
    {
        Assert.Equal([-2L, 2L, long.MinValue], Run("Div", Longs(-7, 7, long.MinValue), Longs(3, 3, -1)).Span<long>().ToArray());
        Assert.Equal(ErrorCodes.InvalidGraph, Assert.Throws<CimException>(() => Run("Div", Longs(1), Longs(0))).Code);
    }

    [Fact]
    public void Modulo_has_the_sign_of_the_divisor_or_with_fmod_of_the_dividend()
    {
        Assert.Equal([2L, -2L, 1L], Run("Mod", Longs(-4, 4, 4), Longs(3, -3, 3)).Span<long>().ToArray());
        Assert.Equal([-1L, 1L], Run("Mod", Attributes(("fmod", 1)), Longs(-4, 4), Longs(3, -3)).Span<long>().ToArray());
    }

    public static TheoryData<string, double> UnaryFunctions => new()
    {
        { "Relu", 0 }, { "LeakyRelu", 0 }, { "ThresholdedRelu", 0 }, { "HardSigmoid", 1e-7 }, { "HardSwish", 1e-6 }, { "Neg", 0 },
            { "Abs", 0 },
        { "Sqrt", 1e-7 }, { "Reciprocal", 1e-7 }, { "Floor", 0 }, { "Ceil", 0 }, { "Round", 0 }, { "Sign", 0 }, { "Softsign", 1e-7 },
        { "Sigmoid", 1e-7 }, { "Tanh", 2e-7 }, { "Erf", 1e-7 }, { "Exp", 2e-7 }, { "Log", 2e-7 }, { "Gelu", 2e-7 }, { "Softplus", 1e-7 },
        { "Mish", 2e-7 }, { "Elu", 1e-7 }, { "Celu", 1e-7 }, { "Selu", 1e-6 }, { "Sin", 2e-7 }, { "Cos", 2e-7 },
    };

    [Theory, MemberData(nameof(UnaryFunctions))]
    public void Unary_operators_equal_their_definition_in_double_precision(string op, double tolerance)
    {
        var random = new Random(3);
        foreach (int n in AwkwardLengths)
        {
            Tensor x = Random(random, n);
            AssertClose([.. x.Floats().Select(v => (float)Definition(op, v))], Run(op, x).Floats(), tolerance);
        }
    }

    private static double Definition(string op, double x) => op switch
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
        _ => Math.Cos(x),
    };

    /// <summary>By Simpson's rule on the defining integral.</summary>
    private static double Erf(double x)
    {
        const int Steps = 2000;
        double h = x / Steps, sum = 1 + Math.Exp(-x * x);
        for (int i = 1; i < Steps; i++) sum += (i % 2 == 0 ? 2 : 4) * Math.Exp(-(i * h) * (i * h));
        return sum * h / 3 * 2 / Math.Sqrt(Math.PI);
    }

    [Theory]
    [InlineData("Exp")]
    [InlineData("Sigmoid")]
    [InlineData("Tanh")]
    [InlineData("Erf")]
    [InlineData("Elu")]
    public void Smooth_functions_are_right_at_the_ends_and_near_zero(string op)
    {
        float[] x = [float.NegativeInfinity, -1e30f, -200, -104, -88, -20, -1, -1e-3f, -1e-5f, -1e-9f, 0, 1e-9f, 1e-5f, 1e-3f, 1, 20, 88,
            88.8f, 200, 1e30f, float.PositiveInfinity, float.NaN];
        float[] y = Run(op, Floats([x.Length], x)).Floats();
        for (int i = 0; i < x.Length; i++)
        {
            double expected = op == "Erf" && Math.Abs(x[i]) > 10 ? Math.Sign(x[i]) : Definition(op, x[i]);
            // Two units in the last place, relative to the value: what is small must be right too. Elu's definition cancels at 0.
            if (op == "Elu" && Math.Abs(x[i]) < 1e-4) expected = x[i] < 0 ? x[i] + (x[i] * (double)x[i] / 2) : x[i];
            if (float.IsNaN((float)expected) || float.IsInfinity((float)expected)) Assert.Equal((float)expected, y[i]);
            else Assert.True(
                Math.Abs(expected - y[i]) <= (2.4e-7 * Math.Abs(expected)) + 1.5e-45, $"{op}({x[i]}) = {y[i]:R} instead of {expected:R}");
        }
    }

    [Fact]
    public void Gelu_has_a_tanh_approximation()
    {
        float y = Run("Gelu", Attributes(("approximate", "tanh")), Floats([1], 0.7f)).Floats()[0];
        Assert.Equal(0.5 * 0.7 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (0.7 + (0.044715 * 0.343)))), y, 1e-6);
        Refused("Gelu", Attributes(("approximate", "magic")), Floats([1], 1));
    }

    [Fact]
    public void Clip_has_optional_limits_and_the_upper_one_wins()
    {
        Tensor x = Floats([4], -2, -1, 1, 2);
        Assert.Equal([-1f, -1f, 1f, 1f], Run("Clip", x, Tensor.Scalar(-1f), Tensor.Scalar(1f)).Floats());
        Assert.Equal([-1f, -1f, 1f, 2f], Run("Clip", x, Tensor.Scalar(-1f)).Floats());
        Assert.Equal([-2f, -1f, 0f, 0f], Run("Clip", x, null, Tensor.Scalar(0f)).Floats());
        Assert.Equal([1f, 1f, 1f, 1f], Run("Clip", x, Tensor.Scalar(3f), Tensor.Scalar(1f)).Floats());
        Assert.Equal([0L, 5L], Run("Clip", Longs(-3, 9), Tensor.Scalar(0L), Tensor.Scalar(5L)).Span<long>().ToArray());
    }

    [Fact]
    public void The_slope_of_PRelu_broadcasts_to_the_input_only()
    {
        Assert.Equal([-1f, 2f, -6f, 4f], Run("PRelu", Floats([2, 2], -1, 2, -3, 4), Floats([2, 1], 1, 2)).Floats());
        Refused("PRelu", null, Floats([2], 1, 2), Floats([2, 2], 1, 2, 3, 4));
    }

    [Fact]
    public void Powers_take_the_type_of_the_base()
    {
        Assert.Equal([4f, 9f], Run("Pow", Floats([2], -2, 3), Tensor.Scalar(2f)).Floats());
        Assert.Equal([8L, 27L], Run("Pow", Longs(2, 3), Tensor.Scalar(3f)).Span<long>().ToArray());
        Assert.Equal([2f, 9f], Run("Pow", Floats([2], 2, 3), Longs(1, 2)).Floats());
    }

    [Fact]
    public void Casts_truncate_and_wrap_as_documented()
    {
        Tensor x = Floats([7], -1.9f, 1.9f, 300, -300, float.NaN, 3e9f, 1e30f);
        Assert.Equal([-1L, 1L, 300L, -300L, long.MinValue, 3000000000L, long.MinValue],
            Run("Cast", Attributes(("to", 7)), x).Span<long>().ToArray());
        Assert.Equal(
            [-1, 1, 300, -300, int.MinValue, int.MinValue, int.MinValue], Run("Cast", Attributes(("to", 6)), x).Span<int>().ToArray());
        Assert.Equal(new byte[] { 255, 1, 44, 212, 0, 0, 0 }, Run("Cast", Attributes(("to", 2)), x).Data.ToArray());
        Assert.Equal(new byte[] { 1, 1, 1, 1, 1, 1, 1 }, Run("Cast", Attributes(("to", 9)), x).Data.ToArray());
        Assert.Equal(new sbyte[] { 44 }, Run("Cast", Attributes(("to", 3)), Longs(300)).Span<sbyte>().ToArray());
        Refused("Cast", Attributes(("to", 8)), x);
    }

    [Theory]
    [InlineData(22, ElementType.Int8, new long[] { 4, 4, -8, 7, -1 })]
    [InlineData(21, ElementType.UInt8, new long[] { 4, 4, 8, 7, 15 })]
    [InlineData(5, ElementType.Int32, new long[] { -12, 20, 32760, -9, -1 })]
    [InlineData(4, ElementType.Int32, new long[] { 65524, 20, 32760, 65527, 65535 })]
    [InlineData(12, ElementType.Int64, new long[] { 4294967284, 20, 32760, 4294967287, 4294967295 })]
    public void Integers_narrower_than_the_type_that_holds_them_keep_their_own_bits(int narrow, ElementType held, long[] expected)
    {
        long[] values = [-12, 20, 32760, -9, -1];
        foreach (ElementType from in (ElementType[])[ElementType.Int64, ElementType.Int32, ElementType.Float32])
        {
            Tensor x = Run("Cast", Attributes(("to", (int)from)), Longs(values));
            Tensor y = Run("Cast", Attributes(("to", (int)held), ("narrow", narrow)), x);
            Assert.Equal(held, y.Type);
            Assert.Equal(expected, Run("Cast", Attributes(("to", 7)), y).Span<long>().ToArray());
        }
    }

    [Fact]
    public void Reals_become_4_bit_integers_rounded_and_others_truncated()
    {
        Tensor x = Floats([6], -12.7f, -0.5f, 0.5f, 6.5f, 7.5f, 300);
        Assert.Equal(new sbyte[] { 3, -1, 1, 7, -8, -4 }, Run("Cast", Attributes(("to", 3), ("narrow", 22)), x).Span<sbyte>().ToArray());
        Assert.Equal([-12, 0, 0, 6, 7, 300], Run("Cast", Attributes(("to", 6), ("narrow", 5)), x).Span<int>().ToArray());
        Refused("Cast", Attributes(("to", 3), ("narrow", 5)), x);
        Refused("Cast", Attributes(("to", 3), ("narrow", 3)), x);
    }

    [Fact]
    public void Comparisons_logic_and_selection_broadcast()
    {
        Tensor a = Floats([2, 1], 1, 2), b = Floats([3], 0, 1, 2);
        byte[] less = [0, 0, 1, 0, 0, 0], equal = [0, 1, 0, 0, 0, 1];
        Assert.Equal(less, Run("Less", a, b).Data.ToArray());
        Assert.Equal(equal, Run("Equal", a, b).Data.ToArray());
        Tensor or = Run("Or", Run("Less", a, b), Run("Equal", a, b));
        Assert.Equal(Run("LessOrEqual", a, b).Data.ToArray(), or.Data.ToArray());
        Assert.Equal(Run("Greater", a, b).Data.ToArray(), Run("Not", or).Data.ToArray());
        Assert.Equal([9f, 9f, 1f, 9f, 9f, 9f], Run("Where", Run("Less", a, b), a, Tensor.Scalar(9f)).Floats());
    }

    private static int[] Shrink(Random random, int[] shape)
    {
        int[] dims = [.. shape.Select(d => random.Next(3) == 0 ? 1 : d)];
        int drop = random.Next(dims.Length + 1);
        return random.Next(2) == 0 ? dims : dims[drop..];
    }
}
