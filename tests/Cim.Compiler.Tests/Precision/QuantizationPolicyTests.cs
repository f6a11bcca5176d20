using Cim.Compiler.Precision;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

public sealed class QuantizationPolicyTests
{
    private static readonly QuantizationPolicy _four = QuantizationPolicy.Uniform(["a", "b", "c", "d"], 4, 5, 6);

    [Fact]
    public void Edges_have_bits_of_their_own_and_the_layers_between_keep_theirs() => Assert.Equal(
        [new("a", 8, 8, 6), new("b", 4, 5, 6), new("c", 4, 5, 6), new("d", 8, 8, 6)], _four.WithEdges(8).Layers);

    [Fact]
    public void Zero_bits_leave_the_edges_as_they_are() => Assert.Same(_four, _four.WithEdges(0));

    [Fact]
    public void The_only_layer_of_a_network_is_an_edge() => Assert.Equal(
        [new LayerPrecision("a", 8, 8, 0)], QuantizationPolicy.Uniform(["a"], 4, 4).WithEdges(8).Layers);

    [Theory]
    [InlineData(0, 8)]
    [InlineData(9, 8)]
    [InlineData(8, 1)]
    public void Impossible_widths_are_error_CIM0010(int weightBits, int activationBits) => Assert.Equal(
        "CIM0010", Assert.Throws<CimException>(() => QuantizationPolicy.Uniform(["a"], weightBits, activationBits)).Code);
}
