using Cim.Compiler.Calibration;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

public sealed class NormalisationRangesTests
{
    [Fact]
    public void Ranges_follow_from_the_statistics_a_network_brings()
    {
        // Two normalised convolutions that are added; gamma and beta are known, so the ranges are too.
        byte[] model = new ModelBuilder()
            .Input("x", -1, 2, 6, 6)
            .Weight("w1", 2, 2, 3, 3).Weight("w2", 2, 2, 3, 3).Weight("w3", 4, 2, 1, 1)
            .Constant("g1", Tensor.Create<float>(new Shape(2), [0.5f, -1f])).Constant("b1", Tensor.Create<float>(new Shape(2), [1f, 0.25f]))
            .Constant("g2", Tensor.Create<float>(new Shape(2), [0.3f, 0.4f])).Constant("b2", Tensor.Create<float>(new Shape(2), [0f, -1f]))
            .Uniform("m", -1, 1, 2).Uniform("v", 0.5f, 2, 2)
            .Node("conv1", "Conv", "x w1", "c1", ("pads", new[] { 1, 1, 1, 1 })).Node("BatchNormalization", "c1 g1 b1 m v", "n1")
                .Node("Relu", "n1", "r1")
            .Node("conv2", "Conv", "r1 w2", "c2", ("pads", new[] { 1, 1, 1, 1 })).Node("BatchNormalization", "c2 g2 b2 m v", "n2")
            .Node("Add", "n2 r1", "a").Node("Relu", "a", "r2")
            .Node("conv3", "Conv", "r2 w3", "y").Output("y").Bytes;
        Graph graph = OnnxImporter.Import(model, null);
        Assert.DoesNotContain(graph.Nodes, n => n.Op == "BatchNormalization");
        IReadOnlyDictionary<string, double> ranges = NormalisationRanges.Of(graph);
        Assert.Equal(4.25, ranges["r1"], 5); // the second channel: 0.25 + 4 * 1
        Assert.InRange(ranges["r2"], 2.5, 4.25 + 1.2);
        Assert.DoesNotContain("x", ranges.Keys);
    }

    [Fact]
    public void Moments_of_a_clamped_Gaussian_are_those_of_samples()
    {
        var random = new NormalSequence(3);
        foreach ((double mean, double deviation, double low) in new[] {
            (0.0, 1.0, 0.0), (-1.5, 0.7, 0.0), (2.0, 0.5, 0.0), (0.3, 2.0, -1.0) })
        {
            double[] samples = [.. Enumerable.Range(0, 200_000).Select(_ => Math.Max(low, mean + (deviation * random.Next())))];
            double average = samples.Average(), spread = Math.Sqrt(samples.Average(v => (v - average) * (v - average)));
            NormalisationRanges.Moments clamped = NormalisationRanges.Moments.Of([mean], [deviation]).Clamp(low, double.PositiveInfinity);
            // Five standard errors of the sample mean.
            Assert.Equal(average, clamped.Mean[0], 5 * deviation / Math.Sqrt(samples.Length));
            Assert.Equal(spread, clamped.Deviation[0], 0.01);
        }
    }
}
