using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards the graph knows the moments its normalisations give.</summary>
public sealed class RecordNormalisationTests
{
    [Fact]
    public void Folded_normalisations_leave_their_moments_on_the_graph()
    {
        byte[] model = new ModelBuilder().Input("x", -1, 2, 4, 4).Weight("w", 2, 2, 3, 3)
            .Constant("gamma", Tensor.Create<float>(new Shape(2), [0.5f, -1f]))
            .Constant("beta", Tensor.Create<float>(new Shape(2), [1f, 0.25f])).Uniform("m", -1, 1, 2).Uniform("v", 0.5f, 2, 2)
            .Node("conv", "Conv", "x w", "c").Node("BatchNormalization", "c gamma beta m v", "y").Output("y").Bytes;
        Graph graph = OnnxImporter.Import(model, null);
        Assert.DoesNotContain(graph.Nodes, n => n.Op == "BatchNormalization");
        Assert.Equal(["c", "y"], graph.Normalised.Keys.Order());
        ChannelMoments moments = graph.Normalised["y"];
        Assert.Equal("1 0.25", string.Join(' ', moments.Mean.Select(v => FormattableString.Invariant($"{v}"))));
        Assert.Equal("0.5 1", string.Join(' ', moments.Deviation.Select(v => FormattableString.Invariant($"{v}"))));
    }
}
