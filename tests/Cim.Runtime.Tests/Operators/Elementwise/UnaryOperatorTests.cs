using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>Functions with a vector form: the same bits at every length.</summary>
public sealed class UnaryOperatorTests
{
    public static TheoryData<string, double> Functions => new()
    {
        { "Relu", 0 }, { "LeakyRelu", 0 }, { "ThresholdedRelu", 0 }, { "HardSigmoid", 1e-7 }, { "HardSwish", 1e-6 }, { "Neg", 0 },
        { "Abs", 0 }, { "Sqrt", 1e-7 }, { "Reciprocal", 1e-7 }, { "Floor", 0 }, { "Ceil", 0 }, { "Softsign", 1e-7 },
    };

    [Theory, MemberData(nameof(Functions))]
    public void Results_equal_the_definition_in_double_precision(string op, double tolerance) => UnaryDefinition.Holds(op, tolerance);

    [Fact]
    public void Attributes_set_slopes_and_thresholds()
    {
        Tensor x = Floats([3], -2, 1, 3);
        Assert.Equal([-1f, 1f, 3f], Run("LeakyRelu", Attributes(("alpha", 0.5f)), x).Floats());
        Assert.Equal([0f, 0f, 3f], Run("ThresholdedRelu", Attributes(("alpha", 2f)), x).Floats());
        Assert.Equal([0f, 0.75f, 1f], Run("HardSigmoid", Attributes(("alpha", 0.25f), ("beta", 0.5f)), x).Floats());
    }
}
