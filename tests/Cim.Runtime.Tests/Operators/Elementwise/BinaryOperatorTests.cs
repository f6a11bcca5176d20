using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>Two operands, or many folded from the left, with the broadcasting of NumPy.</summary>
public sealed class BinaryOperatorTests
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

    [Fact]
    public void The_slope_of_PRelu_broadcasts_to_the_input_only()
    {
        Assert.Equal([-1f, 2f, -6f, 4f], Run("PRelu", Floats([2, 2], -1, 2, -3, 4), Floats([2, 1], 1, 2)).Floats());
        Refused("PRelu", null, Floats([2], 1, 2), Floats([2, 2], 1, 2, 3, 4));
    }

    private static int[] Shrink(Random random, int[] shape)
    {
        int[] dims = [.. shape.Select(d => random.Next(3) == 0 ? 1 : d)];
        int drop = random.Next(dims.Length + 1);
        return random.Next(2) == 0 ? dims : dims[drop..];
    }
}
