using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>Functions computed on doubles and rounded once.</summary>
public sealed class SmoothOperatorTests
{
    public static TheoryData<string, double> Functions => new()
    {
        { "Sigmoid", 1e-7 }, { "Tanh", 2e-7 }, { "Erf", 1e-7 }, { "Exp", 2e-7 }, { "Gelu", 2e-7 }, { "Elu", 1e-7 }, { "Celu", 1e-7 },
        { "Selu", 1e-6 },
    };

    [Theory, MemberData(nameof(Functions))]
    public void Results_equal_the_definition_in_double_precision(string op, double tolerance) => UnaryDefinition.Holds(op, tolerance);

    [Theory]
    [InlineData("Exp")]
    [InlineData("Sigmoid")]
    [InlineData("Tanh")]
    [InlineData("Erf")]
    [InlineData("Elu")]
    public void Results_are_right_at_the_ends_and_near_zero(string op)
    {
        float[] x = [float.NegativeInfinity, -1e30f, -200, -104, -88, -20, -1, -1e-3f, -1e-5f, -1e-9f, 0, 1e-9f, 1e-5f, 1e-3f, 1, 20, 88,
            88.8f, 200, 1e30f, float.PositiveInfinity, float.NaN];
        float[] y = Run(op, Floats([x.Length], x)).Floats();
        for (int i = 0; i < x.Length; i++)
        {
            double expected = op == "Erf" && Math.Abs(x[i]) > 10 ? Math.Sign(x[i]) : UnaryDefinition.Of(op, x[i]);
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
}
