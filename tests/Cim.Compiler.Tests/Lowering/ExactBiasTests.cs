using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>Biases that are integers of the accumulator already.</summary>
public sealed class ExactBiasTests
{
    private const float InputScale = 0.1f;

    [Theory]
    [InlineData(1, true)]
    [InlineData(1.000001f, true)]
    [InlineData(1.01f, false)]
    public void Integers_at_the_scale_of_the_accumulator_are_taken_as_they_are(float factor, bool isExact)
    {
        Graph graph = Import(new ModelBuilder().Constant("bq", Tensor.Create<int>(new Shape(2), [7, -1_000_000]))
            .Constant("bs", Tensor.Create<float>(new Shape(2), [InputScale * 0.5f * factor, InputScale * 0.25f * factor]))
            .Node("DequantizeLinear", "bq bs", "b", ("axis", 0)));
        Assert.Equal(isExact ? [7, -1_000_000] : null, Read(graph));
    }

    [Fact]
    public void A_real_bias_has_no_integers() =>
        Assert.Null(Read(Import(new ModelBuilder().Constant("b", Tensor.Create<float>(new Shape(2), [7, -1])))));

    private static int[]? Read(Graph graph)
    {
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        string bias = graph.Nodes.Single(n => n.Name == "layer").Inputs[2];
        return ExactBias.Of(new GraphTopology(graph), layer, bias, QuantizedWeights.Read(graph, layer)!, InputScale) is { } integers
            ? [.. integers] : null;
    }

    /// <summary>A layer with weights in steps of 0.5 and 0.25, and the bias b of the model.</summary>
    private static Graph Import(ModelBuilder bias) => RandomNetworks.Import(bias.Input("x", -1, 3)
        .Constant("wq", Tensor.Create<sbyte>(new Shape(2, 3), [1, -2, 100, 4, 5, -100]))
        .Constant("ws", Tensor.Create<float>(new Shape(2), [0.5f, 0.25f])).Constant("wz", Tensor.Create<sbyte>(new Shape(2), [0, 0]))
        .Scalar("xs", InputScale).Constant("xz", Tensor.Scalar((sbyte)0)).Node("QuantizeLinear", "x xs xz", "q")
        .Node("DequantizeLinear", "q xs xz", "d").Node("DequantizeLinear", "wq ws wz", "w", ("axis", 0))
        .Node("layer", "Gemm", "d w b", "y", ("transB", 1)).Output("y").Bytes);
}
