using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Simd;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Crossbar.Exact;

public sealed class ExactTests
{
    public static TheoryData<int> Levels => [.. SimdLevels.Supported.Select(l => (int)l)];

    [Theory, MemberData(nameof(Levels))]
    public void Convolutions_equal_the_definition(int level)
    {
        var random = new Random(1);
        for (int i = 0; i < 120; i++)
        {
            int groups = random.Next(4) switch { 0 => 2, 1 => 3, _ => 1 };
            int channels = groups * random.Next(1, 6), outputs = groups * random.Next(1, 10);
            int kernel = random.Next(1, 5), stride = random.Next(1, 4), dilation = random.Next(1, 3), pad = random.Next(0, kernel);
            int least = ((kernel - 1) * dilation) + 1;
            var shape = new LayerCases.Shape2D(channels, least + random.Next(0, 20), least + random.Next(0, 40),
                kernel, stride, pad, dilation, groups, outputs);
            bool signed = random.Next(2) == 0;
            CrossbarLayer layer = LayerCases.Convolution(random, shape, 8, 8, signed, RandomEpilogue(random));
            Check(random, layer, level, random.Next(1, 4));
        }
    }

    [Fact]
    public void Minimal_filtering_equals_the_definition()
    {
        if (SimdLevels.Widest < SimdLevel.Vector256) return;
        var random = new Random(21);
        for (int i = 0; i < 80; i++)
        {
            int groups = random.Next(4) == 0 ? 2 : 1;
            var shape = new LayerCases.Shape2D(
                groups * random.Next(8, 19), random.Next(3, 24), random.Next(5, 44), 3, 1, random.Next(0, 3), 1,
                groups, groups * random.Next(4, 11));
            CrossbarLayer layer = LayerCases.Convolution(random, shape, 8, 8, random.Next(2) == 0, RandomEpilogue(random));
            if (i % 4 == 0)
            {
                // The largest numbers that can occur: all weights and inputs at their limits.
                sbyte[] w = [.. layer.Weights.Span<sbyte>().ToArray().Select(_ => (sbyte)(random.Next(2) == 0 ? -128 : 127))];
                layer = layer with
                {
                    Weights = Tensor.Create<sbyte>(layer.Weights.Shape, w),
                    Input = layer.Input with { ZeroPoint = layer.Input.Signed ? -128 : 255 },
                };
            }
            if (layer.Geometry!.OutputWidth < 5) continue;
            Assert.True(WinogradConvolution.Suits(layer));
            int images = random.Next(1, 3);
            byte[] input = LayerCases.Input(random, layer, images), residual = LayerCases.Residual(random, layer, images);
            if (i % 8 == 0)
                for (int k = 0; k < input.Length; k++) input[k] = (byte)(random.Next(2) == 0 ? 0x80 : 0x7F);
            byte[] expected = LayerCases.Finish(layer, LayerCases.Sums(layer, input, images), residual, images);
            byte[] actual = LayerCases.Run(new WinogradConvolution(layer), layer, input, residual, images);
            Assert.True(
                expected.AsSpan().SequenceEqual(actual), $"{layer.Geometry} {layer.RowsPerGroup}x{layer.ColumnsPerGroup} {layer.Epilogue}");
            Assert.Equal(actual, LayerCases.Run(ExactLayers.Direct(layer, SimdLevels.Default), layer, input, residual, images));
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void Depthwise_convolutions_equal_the_definition(int level)
    {
        var random = new Random(2);
        for (int i = 0; i < 60; i++)
        {
            int channels = random.Next(1, 9), kernel = random.Next(1, 6);
            var shape = new LayerCases.Shape2D(channels, kernel + random.Next(0, 12), kernel + random.Next(0, 30),
                kernel, random.Next(1, 3), random.Next(0, kernel), 1, channels, channels);
            Check(random, LayerCases.Convolution(random, shape, 8, 8, false, RandomEpilogue(random)), level, 2);
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void Kernels_wider_than_high_equal_the_definition(int level)
    {
        var random = new Random(3);
        var shape = new LayerCases.Shape2D(1, 1, 100, 1, 2, 0, 1, 1, 6);
        Check(random, LayerCases.Convolution(random, shape, kernelWidth: 9), level, 2);
        Check(random, LayerCases.Convolution(random, shape with { Channels = 3 }, kernelWidth: 4), level, 2);
    }

    [Theory, MemberData(nameof(Levels))]
    public void Matrices_equal_the_definition_at_awkward_lengths(int level)
    {
        var random = new Random(4);
        foreach (int rows in new[] { 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 300 })
        foreach (int columns in new[] { 1, 3, 4, 5, 8, 17 })
        {
            CrossbarLayer layer = LayerCases.Matrix(random, rows, columns, random.Next(1, 5), 8, 8, random.Next(2) == 0,
                RandomEpilogue(random), random.Next(4) == 0 ? 2 : 1);
            Check(random, layer, level, random.Next(1, 40));
        }
    }

    [Fact]
    public void Sums_that_leave_32_bits_are_computed_in_64()
    {
        var random = new Random(5);
        CrossbarLayer layer = LayerCases.Matrix(random, 70_000, 2, 1, epilogue: Epilogue.None);
        sbyte[] w = new sbyte[layer.Weights.Length];
        Array.Fill(w, (sbyte)127);
        layer = layer with { Weights = Tensor.Create<sbyte>(layer.Weights.Shape, w), Input = layer.Input with { ZeroPoint = 0 } };
        byte[] input = new byte[70_000];
        Array.Fill(input, (byte)255);
        Assert.True(ExactWide.IsNeeded(layer));
        Assert.True(LayerCases.Sums(layer, input, 1)[0] > int.MaxValue);
        Check(layer, input, [], (int)SimdLevels.Default, 1);
    }

    [Fact]
    public void The_64_bit_path_equals_the_definition()
    {
        var random = new Random(6);
        CrossbarLayer layer = LayerCases.Convolution(random, new(4, 9, 9, 3, 1, 1, 1, 2, 6), signedInput: true);
        byte[] input = LayerCases.Input(random, layer, 2);
        byte[] expected = LayerCases.Finish(layer, LayerCases.Sums(layer, input, 2), [], 2);
        Assert.Equal(expected, LayerCases.Run(new ExactWide(layer), layer, input, [], 2));
    }

    internal static Epilogue RandomEpilogue(Random random)
    {
        var output = new QuantizationParameters(0.5f + random.NextSingle() * 20, random.Next(-20, 20), 8, true);
        if (random.Next(2) == 0)
            output = new QuantizationParameters(0.5f + random.NextSingle() * 20, random.Next(0, 130), random.Next(4, 9), false);
        var residual = new QuantizationParameters(0.7f, random.Next(2) == 0 ? 3 : 120, 8, random.Next(2) == 0);
        (float low, float high) = random.Next(3) switch
        {
            0 => (0f, float.PositiveInfinity),
            1 => (0f, 6f * output.Scale),
            _ => (float.NegativeInfinity, float.PositiveInfinity),
        };
        return random.Next(5) switch
        {
            0 => new Epilogue(residual, false, low, high, output),
            1 => new Epilogue(null, true, low, high, output),
            2 => new Epilogue(null, false, low, high, null),
            3 => new Epilogue(residual, false, low, high, null),
            _ => new Epilogue(null, false, low, high, output),
        };
    }

    private static void Check(Random random, CrossbarLayer layer, int level, int images) =>
        Check(layer, LayerCases.Input(random, layer, images), LayerCases.Residual(random, layer, images), level, images);

    private static void Check(CrossbarLayer layer, byte[] input, byte[] residual, int level, int images)
    {
        byte[] expected = LayerCases.Finish(layer, LayerCases.Sums(layer, input, images), residual, images);
        PreparedLayer prepared = ExactLayers.Prepare(layer, (SimdLevel)level);
        byte[] actual = LayerCases.Run(prepared, layer, input, residual, images);
        Assert.True(
            expected.AsSpan().SequenceEqual(actual), $"{layer.Geometry} {layer.RowsPerGroup}x{layer.ColumnsPerGroup} {layer.Epilogue}");
    }
}
