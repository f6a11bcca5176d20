using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Afterwards values are quantized where they are made, and once more where layers read them.</summary>
public sealed class InsertActivationQuantizersTests
{
    private static readonly QuantizationParameters _eighth = new(0.125f, 0, 8, true);

    [Fact]
    public void All_readers_see_the_value_rounded_and_clipped()
    {
        Graph graph = Run(new ModelBuilder().Input("x", -1, 3).Node("Neg", "x", "r").Node("Relu", "r", "y").Node("Abs", "r", "z")
            .Output("y").Output("z"), new ActivationGroup(["r"], ["r"], []));
        Assert.Equal(["Neg", "QuantizeLinear", "DequantizeLinear", "Relu", "Abs"], graph.Nodes.Select(n => n.Op));
        var x = Tensor.Create<float>(new Shape(1, 3), [0.3f, -0.07f, 100]);
        Dictionary<string, Tensor> values = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = x });
        Assert.Equal([0, 0.125f, 0], values["y"].Span<float>().ToArray());
        Assert.Equal([0.25f, 0.125f, 16], values["z"].Span<float>().ToArray());
    }

    [Fact]
    public void A_layer_behind_an_operator_that_moves_values_has_a_pair_of_its_own_which_changes_nothing()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 1, 4).Weight("w", 2, 4).Node("Flatten", "x", "f")
            .Node("layer", "Gemm", "f w", "y", ("transB", 1)).Node("Abs", "f", "z").Output("y").Output("z");
        Graph once = Run(m, new ActivationGroup(["x"], ["x"], ["layer"])), twice = Run(m, new ActivationGroup(["x"], ["f"], ["layer"]));
        Assert.Equal(1, once.Nodes.Count(n => n.Op == "QuantizeLinear"));
        Assert.Equal(2, twice.Nodes.Count(n => n.Op == "QuantizeLinear"));
        // The other reader takes the value before the second pair.
        Assert.Equal("f", twice.Nodes.Single(n => n.Op == "Abs").Inputs[0]);
        var inputs = new Dictionary<string, Tensor> { ["x"] = TensorAssert.Random(new Shape(5, 1, 4), 2) };
        Dictionary<string, Tensor> a = GraphEvaluator.Run(once, inputs), b = GraphEvaluator.Run(twice, inputs);
        Assert.Equal(a["y"].Span<float>().ToArray(), b["y"].Span<float>().ToArray());
    }

    [Fact]
    public void Without_groups_the_graph_stays_the_same()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        Assert.Same(graph, new InsertActivationQuantizers([]).Run(graph));
    }

    private static Graph Run(ModelBuilder model, ActivationGroup group)
    {
        ImmutableArray<(ActivationGroup, QuantizationParameters)> groups = [(group, _eighth)];
        Graph graph = new InsertActivationQuantizers(groups).Run(RandomNetworks.Import(model.Bytes));
        GraphVerifier.Verify(graph, nameof(InsertActivationQuantizers));
        return graph;
    }
}
