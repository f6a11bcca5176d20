using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Catalog;

public sealed class OperatorCatalogTests
{
    [Fact]
    public void Every_name_in_the_list_can_be_created_and_nothing_else()
    {
        foreach (string name in OperatorCatalog.Names)
        {
            Assert.True(OperatorCatalog.IsSupported(name));
            Assert.NotNull(OperatorCatalog.Create(name, AttributeMap.Empty));
        }

        foreach (string name in (string[])["Loop", "add", "", "Convolution"])
        {
            Assert.False(OperatorCatalog.IsSupported(name));
            Assert.Equal(ErrorCodes.UnsupportedOperators,
                Assert.Throws<CimException>(() => OperatorCatalog.Create(name, AttributeMap.Empty, "here")).Code);
        }
    }

    [Fact]
    public void Any_operator_on_any_inputs_gives_a_result_or_an_error_with_a_code()
    {
        var random = new Random(1);
        Tensor?[] pool =
        [
            null, Tensor.Scalar(2f), Ramp(3), Ramp(2, 3), Ramp(1, 2, 4, 4), Ramp(0, 3), Ramp(2, 1, 3), Longs(1), Longs(-1, 2),
                Longs(long.MaxValue), Longs(long.MinValue, 1),
            Longs(), Longs(1, 2, 4, 4), Tensor.Scalar(0L), Tensor.Scalar(true), Tensor.Create<byte>(new Shape(2, 2), [1, 2, 3, 4]),
            Tensor.Create<int>(new Shape(3), [1, -1, 0]),
        ];
        object[] values = [0, 1, -1, 2, 3, long.MaxValue, long.MinValue, 0.5f, "", "SAME_UPPER", "linear", new[] { 1, 1 }, new[] { 2, -3 },
            Array.Empty<int>(), new[] { int.MaxValue, 1 }];
        string[] names = ["axis", "perm", "to", "group", "kernel_shape", "strides", "pads", "dilations", "mode", "auto_pad", "blocksize",
            "num_outputs", "keepdims", "start", "end", "axes", "epsilon", "bits"];
        foreach (string op in OperatorCatalog.Names)
        {
            for (int i = 0; i < 150; i++)
            {
                AttributeMap attributes = Attributes([.. Enumerable.Range(0, random.Next(3))
                    .Select(_ => (names[random.Next(names.Length)], values[random.Next(values.Length)])).DistinctBy(p => p.Item1)]);
                Tensor?[] inputs = [.. Enumerable.Range(0, random.Next(5)).Select(_ => pool[random.Next(pool.Length)])];
                try
                {
                    foreach (Tensor result in All(op, attributes, inputs)) Assert.NotNull(result);
                }
                catch (CimException e)
                {
                    Assert.Equal(ErrorCodes.InvalidGraph, e.Code);
                }
            }
        }
    }

    [Fact]
    public void Results_too_large_to_exist_are_refused_before_memory_is_taken()
    {
        Refused("Expand", null, Ramp(1), Longs(1L << 40));
        Refused("ConstantOfShape", null, Longs(1 << 20, 1 << 20));
        Refused("Tile", null, Ramp(2), Longs(long.MaxValue));
        Refused("Pad", null, Ramp(2), Longs(1L << 31, 0));
        Refused("Range", null, Tensor.Scalar(0L), Tensor.Scalar(long.MaxValue), Tensor.Scalar(1L));
        Refused("Reshape", null, Ramp(1), Longs([.. Enumerable.Repeat(1L, 100)]));
    }

    [Fact]
    public void Messages_name_the_node()
    {
        var e = Assert.Throws<CimException>(() => DigitalEvaluator.Evaluate("Add", AttributeMap.Empty, [Ramp(2), Ramp(3)], "layer1/add"));
        Assert.Contains("layer1/add", e.Message, StringComparison.Ordinal);
        Assert.Contains("[2]", e.Message, StringComparison.Ordinal);
    }
}
