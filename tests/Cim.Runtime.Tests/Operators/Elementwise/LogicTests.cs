using Cim.Runtime.Tensors;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Elementwise;

/// <summary>And, Or, Xor and Not of truth values.</summary>
public sealed class LogicTests
{
    [Theory]
    [InlineData("And", new byte[] { 0, 0, 0, 1 })]
    [InlineData("Or", new byte[] { 0, 1, 1, 1 })]
    [InlineData("Xor", new byte[] { 0, 1, 1, 0 })]
    public void Operands_broadcast_to_the_truth_table(string op, byte[] table) =>
        Assert.Equal(table, Run(op, Bools([2, 1], 0, 1), Bools([2], 0, 1)).Data.ToArray());

    [Fact]
    public void Not_turns_every_value() => Assert.Equal(new byte[] { 1, 0, 1 }, Run("Not", Bools([3], 0, 1, 0)).Data.ToArray());

    [Fact]
    public void Numbers_are_no_truth_values()
    {
        Refused("And", null, Ramp(2), Ramp(2));
        Refused("Not", null, Longs(1));
    }

    private static Tensor Bools(int[] shape, params byte[] values) => new(ElementType.Bool, new Shape(shape), values);
}
