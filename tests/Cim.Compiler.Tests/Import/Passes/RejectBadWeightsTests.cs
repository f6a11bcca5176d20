using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards no constant holds NaN and no weight an infinity.</summary>
public sealed class RejectBadWeightsTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_not_finite_is_reported_by_name(float bad)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2)
            .Constant("broken.weight", Tensor.Create<float>(new Shape(2, 2), [1, 2, bad, 4])).Node("MatMul", "x broken.weight", "y")
            .Output("y");
        ImportAssert.Fails(m, ErrorCodes.NonFiniteWeight, "'broken.weight'", "element 2");
    }

    [Fact]
    public void A_statistic_that_makes_weights_infinite_is_reported()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 3, 3).Weight("w", 2, 2, 1, 1).Uniform("g", 1, 2, 2).Uniform("b", 0, 1, 2)
            .Uniform("mean", 0, 1, 2)
            .Constant("variance", Tensor.Create<float>(new Shape(2), [1, -2])).Node("Conv", "x w", "c")
                .Node("BatchNormalization", "c g b mean variance", "y").Output("y");
        ImportAssert.Fails(m, ErrorCodes.NonFiniteWeight, "'w'");
    }

    [Fact]
    public void An_infinity_that_is_no_weight_is_meant()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Scalar("low", float.NegativeInfinity).Scalar("high", 0.5f)
            .Node("Clip", "x low high", "y").Output("y");
        Assert.Contains(ImportAssert.SameAsOnnxRuntime(m).Constants.Values, t => float.IsInfinity(t.Span<float>()[0]));
    }

    [Fact]
    public void All_bad_weights_are_reported_together()
    {
        Tensor bad = Tensor.Create<float>(new Shape(3), [1, 2, float.NaN]);
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 3).Constant("one", bad).Constant("two", bad).Node("Mul", "x one", "a")
            .Node("Add", "a two", "y").Output("y"), ErrorCodes.NonFiniteWeight, "'one'", "'two'");
    }

    [Fact]
    public void Integer_weights_without_a_scale_are_reported_by_name() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 2).Constant("codes", Tensor.Create<long>(new Shape(2, 1), [1, 2]))
            .Node("product", "MatMul", "x codes", "y").Output("y"), ErrorCodes.InvalidGraph, "'codes'", "'product'", "DequantizeLinear");
}
