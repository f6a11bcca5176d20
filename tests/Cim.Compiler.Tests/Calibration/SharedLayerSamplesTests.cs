using Cim.Compiler.Calibration;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

/// <summary>A layer that several nodes use is measured at all of its uses.</summary>
public sealed class SharedLayerSamplesTests
{
    private const int Samples = 40;

    /// <summary>The same matrix over two inputs, of which the first is always the same.</summary>
    private static Graph Siamese() => OnnxImporter.Import(new ModelBuilder().Input("x", -1, 6).Weight("w", 6, 3)
        .Node("Abs", "x", "size").Node("Neg", "size", "below").Node("Relu", "below", "nothing")
        .Node("a", "MatMul", "nothing w", "p").Node("b", "MatMul", "x w", "q").Node("Add", "p q", "y")
        .Output("y").Bytes, null);

    [Fact]
    public void Every_use_has_its_part_and_the_outputs_are_products_of_the_inputs()
    {
        Graph graph = Siamese();
        MvmLayer layer = MvmLayers.Find(graph).Single();
        Assert.Equal(2, layer.Uses.Length);
        GraphInput input = GraphInput.Of(graph);
        using var network = new StagedExecutor(graph, input,
            new CalibrationData(RandomNetworks.Samples(Samples, 6, 3), Samples, false), batch: 16, limit: Samples);
        LayerSamples samples = SharedLayerSamples.Gather(layer, network, default);
        Assert.Equal(2 * Samples, samples.Count);
        Assert.All(samples.X[..(Samples * 6)], v => Assert.Equal(0, v));
        Assert.Contains(samples.X[(Samples * 6)..], v => v != 0);
        ReadOnlySpan<float> w = layer.WeightMatrix.Span<float>();
        for (int p = 0; p < samples.Count; p++)
        for (int c = 0; c < 3; c++)
        {
            double sum = 0;
            for (int r = 0; r < 6; r++) sum += samples.X[(p * 6) + r] * w[(c * 6) + r];
            Assert.Equal(sum, samples.Y[(p * 3) + c], 1e-4);
        }
    }
}
