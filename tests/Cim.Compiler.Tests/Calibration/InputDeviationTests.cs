using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

public sealed class InputDeviationTests
{
    /// <summary>Inputs of deviation d give the outputs deviations of 5 d and 10 d: the norms of their weights.</summary>
    [Theory]
    [InlineData(64, 64)]
    [InlineData(0.03125, 0.03125)]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    public void It_is_what_the_normalisation_saw_over_the_norm_of_the_weights(double deviation, double expected) =>
        Assert.Equal(expected, InputDeviation.Of(
            Network(g => g.SetItem("m", new ChannelMoments([0, 0], [5 * deviation, 10 * deviation]))), "x"));

    [Fact]
    public void Without_statistics_inputs_count_as_normalised() => Assert.Equal(1, InputDeviation.Of(Network(g => g), "x"));

    private static Graph Network(
        Func<ImmutableDictionary<string, ChannelMoments>, ImmutableDictionary<string, ChannelMoments>> recorded)
    {
        Graph graph = RandomNetworks.Import(new ModelBuilder().Input("x", -1, 2).Output("y")
            .Constant("w", Tensor.Create<float>(new(2, 2), [3f, 6f, 4f, 8f])).Node("MatMul", "x w", "m").Node("Relu", "m", "y").Bytes);
        return graph with { Normalised = recorded(graph.Normalised) };
    }
}
