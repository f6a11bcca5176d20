using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Crossbar.Exact;

public sealed class NarrowLayersTests
{
    private (int ByBytes, int ByVnni) _compared;

    [Fact]
    public void Convolutions_equal_the_definition_at_every_width_and_at_their_bounds()
    {
        var random = new Random(31);
        for (int i = 0; i < 160; i++)
        {
            int groups = random.Next(4) == 0 ? 2 : 1, kernel = random.Next(1, 5), stride = random.Next(1, 4);
            var shape = new LayerCases.Shape2D(
                groups * random.Next(3, 19), random.Next(5, 24), random.Next(8, 44), kernel, stride, random.Next(0, kernel), 1, groups,
                groups * random.Next(3, 11));
            CrossbarLayer layer = LayerCases.Convolution(
                random, shape, random.Next(2, 9), random.Next(2, 9), random.Next(2) == 0, ExactTests.RandomEpilogue(random));
            if (Quads.Suit(layer)) Compare(random, layer, random.Next(1, 3), i);
        }

        RequireMany();
    }

    [Fact]
    public void Matrices_equal_the_definition_at_every_width_and_at_their_bounds()
    {
        var random = new Random(33);
        for (int i = 0; i < 200; i++)
        {
            CrossbarLayer layer = LayerCases.Matrix(random, random.Next(1, 200), random.Next(2, 20), random.Next(1, 5), random.Next(2, 9),
                random.Next(2, 9), random.Next(2) == 0, ExactTests.RandomEpilogue(random), random.Next(4) == 0 ? 2 : 1);
            Compare(random, layer, random.Next(1, 40), i);
        }

        RequireMany();
    }

    [Fact]
    public void Products_of_bytes_stay_within_16_bits()
    {
        var random = new Random(32);
        for (int bits = 2; bits <= 8; bits++)
        {
            CrossbarLayer layer = LayerCases.Convolution(random, new(8, 9, 9, 3, 1, 1, 1, 1, 6), bits, 10 - bits);
            int together = Quads.Together(layer);
            int largest = Largest(layer) * (layer.Input.Max - layer.Input.Min);
            Assert.True(2L * together * largest <= short.MaxValue);
            Assert.True(together > 0 || 2 * 4 * largest > short.MaxValue);
        }
    }

    private void Compare(Random random, CrossbarLayer layer, int images, int number)
    {
        byte[] input = LayerCases.Input(random, layer, images), residual = LayerCases.Residual(random, layer, images);
        if (number % 3 == 0)
        {
            // The largest numbers that can occur: all weights and inputs at their limits.
            int limit = Largest(layer);
            sbyte[] w = [.. Enumerable.Range(0, (int)layer.Weights.Length)
                .Select(_ => (sbyte)(number % 2 == 0 || random.Next(9) > 0 ? limit : -limit))];
            layer = layer with { Weights = Tensor.Create<sbyte>(layer.Weights.Shape, w) };
            Array.Fill(input, (byte)layer.Input.Max);
        }

        // Nothing says that bytes are within the range of a layer's bits.
        if (number % 7 == 0) random.NextBytes(input);
        byte[] expected = LayerCases.Finish(layer, LayerCases.Sums(layer, input, images), residual, images);
        foreach (SimdLevel level in SimdLevels.Supported.Where(l => l >= SimdLevel.Vector256))
        foreach (bool hasVnni in Quads.HasVnni(level) ? new[] { false, true } : [false])
        {
            if (NarrowLayers.Prepare(layer, level, hasVnni) is not { } narrow) continue;
            Assert.True(expected.AsSpan().SequenceEqual(LayerCases.Run(narrow, layer, input, residual, images)),
                $"{level} {hasVnni} {layer.Geometry} {layer.RowsPerGroup}x{layer.ColumnsPerGroup} {layer.Input} {layer.Epilogue}");
            if (hasVnni) _compared.ByVnni++;
            else _compared.ByBytes++;
        }
    }

    private void RequireMany()
    {
        Assert.True(SimdLevels.Widest < SimdLevel.Vector256 || _compared.ByBytes > 20);
        Assert.True(!Quads.HasVnni(SimdLevels.Widest) || _compared.ByVnni > 60);
    }

    private static int Largest(CrossbarLayer layer) => layer.Weights.Span<sbyte>().ToArray().Max(v => Math.Abs((int)v));
}
