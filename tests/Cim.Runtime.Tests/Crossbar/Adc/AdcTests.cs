using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Simd;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar.Exact;

namespace Cim.Runtime.Tests.Crossbar.Adc;

public sealed class AdcTests
{
    public static IEnumerable<object[]> EncodingsAndLevels
    {
        get
        {
            var data = new List<object[]>();
            foreach (WeightEncoding e in Enum.GetValues<WeightEncoding>())
            foreach (SimdLevel l in SimdLevels.Supported)
                data.Add([e, (int)l]);
            return data;
        }
    }

    [Theory, MemberData(nameof(EncodingsAndLevels))]
    internal void Adc_with_lossless_bits_equals_exact(WeightEncoding encoding, int level)
    {
        var random = new Random((int)encoding);
        for (int i = 0; i < 25; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = RandomCase(random, encoding);
            profile = profile with { AdcBits = random.Next(2) == 0 ? 0 : 24, AdcRange = new AdcRange(AdcRangePolicy.Full) };
            var plan = new AnalogPlan(layer, profile);
            Assert.True(plan.IsLossless());
            int images = random.Next(1, 3);
            byte[] input = LayerCases.Input(random, layer, images), residual = LayerCases.Residual(random, layer, images);
            byte[] exact = LayerCases.Run(ExactLayers.Prepare(layer, (SimdLevel)level), layer, input, residual, images);
            byte[] streamed = LayerCases.Run(AnalogLayers.Create(plan, null, null, (SimdLevel)level), layer, input, residual, images);
            Assert.True(exact.AsSpan().SequenceEqual(streamed), Describe(layer, profile));
        }
    }

    [Theory, MemberData(nameof(EncodingsAndLevels))]
    internal void Every_conversion_is_rounded_and_clipped(WeightEncoding encoding, int level)
    {
        var random = new Random(100 + (int)encoding);
        for (int i = 0; i < 25; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = RandomCase(random, encoding);
            layer = layer with { AdcBits = random.Next(2, 9) };
            if (random.Next(2) == 0)
                layer = layer with { AdcCalibration = new AdcCalibration([-random.Next(1, 90)], [random.Next(1, 90)]) };
            if (random.Next(2) == 0) profile = profile with { AdcRange = FixedRangeTests.RandomLimits(random) };
            var plan = new AnalogPlan(layer, profile);
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] expected = AnalogDefinition.Run(plan, input, residual, 2);
            byte[] actual = LayerCases.Run(AnalogLayers.Create(plan, null, null, (SimdLevel)level), layer, input, residual, 2);
            Assert.True(expected.AsSpan().SequenceEqual(actual), Describe(layer, profile));
        }
    }

    [Fact]
    public void Table_lookup_equals_multiplication()
    {
        if (SimdLevels.Widest < SimdLevel.Vector256) return;
        var random = new Random(11);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        for (int i = 0; i < 25; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = RandomCase(random, encoding);
            layer = layer with { AdcBits = random.Next(0, 9) };
            if (random.Next(3) == 0)
                layer = layer with
                {
                    Mapping = Mappings.Of(
                        layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, layer.WeightBits, WeightEncoding.Differential, 7, 128),
                };
            if (random.Next(2) == 0) profile = profile with { AdcRange = FixedRangeTests.RandomLimits(random) };
            var plan = new AnalogPlan(layer, profile with { DacBits = 1, AdcPerInputSlice = true });
            if (!FixedLevels.Suits(plan)) continue;
            byte[] input = LayerCases.Input(random, layer, 3), residual = LayerCases.Residual(random, layer, 3);
            byte[] expected = LayerCases.Run(AnalogLayers.Create(plan, null, null, SimdLevels.Default), layer, input, residual, 3);
            byte[] actual = LayerCases.Run(new LookupLayer(plan, FixedLevels.OfCells(plan), null), layer, input, residual, 3);
            Assert.True(expected.AsSpan().SequenceEqual(actual), Describe(layer, profile));
        }
    }

    [Fact]
    public void A_lossless_layer_is_computed_by_the_exact_path()
    {
        if (SimdLevels.Widest < SimdLevel.Vector256) return;
        var random = new Random(7);
        CrossbarLayer layer = LayerCases.Convolution(random, new(8, 8, 8, 3, 1, 1, 1, 1, 8));
        Assert.IsType(
            ExactLayers.Prepare(layer, SimdLevel.Vector256).GetType(),
            CrossbarSimulator.Prepare(layer, 0, Profiles.Plain with { AdcBits = 12 }, Fidelity.Adc, 0, SimdLevel.Vector256));
        Assert.StartsWith("ExactConvolution",
            CrossbarSimulator.Prepare(layer, 0, Profiles.Plain with { AdcBits = 12 }, Fidelity.Adc, 0, SimdLevel.Vector128).GetType().Name,
            StringComparison.Ordinal);
        Assert.IsType<LookupLayer>(
            CrossbarSimulator.Prepare(layer, 0, Profiles.Plain with { AdcBits = 4 }, Fidelity.Adc, 0, SimdLevel.Vector256));
    }

    [Fact]
    public void Binary_weights_need_one_cell_in_offset_encoding()
    {
        var random = new Random(8);
        CrossbarLayer layer = LayerCases.Matrix(random, 100, 9, 3, weightBits: 1);
        sbyte[] w = [.. layer.Weights.Span<sbyte>().ToArray().Select((v, i) => (sbyte)(i % 3 == 0 ? -1 : 1))];
        layer = layer with
        {
            Weights = Tensor.Create<sbyte>(layer.Weights.Shape, w),
            Mapping = Mappings.Of(1, 100, 9, 1, WeightEncoding.Offset, 2, 64),
        };
        var plan = new AnalogPlan(layer, Profiles.Plain with { AdcBits = 12, Encoding = WeightEncoding.Offset });
        byte[] input = LayerCases.Input(random, layer, 4);
        Assert.Equal(
            LayerCases.Run(new ExactWide(layer), layer, input, [], 4),
            LayerCases.Run(AnalogLayers.Create(plan, null, null, SimdLevels.Default), layer, input, [], 4));
    }

    [Fact]
    public void Weights_that_do_not_fit_their_cells_are_an_error()
    {
        var random = new Random(9);
        CrossbarLayer layer = LayerCases.Matrix(random, 20, 5, 1) with
        {
            Mapping = Mappings.Of(1, 20, 5, 8, WeightEncoding.TwosComplement, 2, 64),
        };
        CimException error = Assert.Throws<CimException>(() => new CellEncoder(layer));
        Assert.Equal(ErrorCodes.InvalidMapping, error.Code);
    }

    [Fact]
    public void Converters_round_half_to_even_and_clip()
    {
        AdcConverter adc = AdcConverter.ForRange(-100, 100, 4, false);
        Assert.Equal(200f / 15, adc.Step);
        Assert.Equal(0, adc.Read(adc.Step * 0.5f));
        Assert.Equal(2 * adc.Step, adc.Read(adc.Step * 1.5f));
        Assert.Equal(adc.MaxCode * adc.Step, adc.Read(1e6f));
        Assert.Equal(adc.MinCode * adc.Step, adc.Read(-1e6f));
        Assert.Equal(15, adc.MaxCode - adc.MinCode);
        Assert.Equal(16, AdcConverter.ForRange(-100, 100, 4, true).Step);
    }

    internal static (CrossbarLayer Layer, HardwareProfile Profile) RandomCase(Random random, WeightEncoding encoding)
    {
        int weightBits = random.Next(2, 9), activationBits = random.Next(1, 9), cellBits = random.Next(1, 5);
        bool signed = activationBits > 1 && random.Next(3) == 0;
        Epilogue epilogue = ExactTests.RandomEpilogue(random);
        CrossbarLayer layer;
        if (random.Next(3) == 0)
        {
            int groups = random.Next(4) == 0 ? 2 : 1;
            layer = LayerCases.Matrix(random, random.Next(1, 150), random.Next(1, 12), random.Next(1, 30),
                weightBits, activationBits, signed, epilogue, groups);
        }
        else
        {
            int groups = random.Next(3) switch { 0 => 2, 1 => 3, _ => 1 };
            int kernel = random.Next(1, 4), channels = groups * random.Next(1, 5);
            var shape = new LayerCases.Shape2D(channels, kernel + random.Next(1, 7), kernel + random.Next(1, 14), kernel,
                random.Next(1, 3), random.Next(0, kernel), 1, groups, groups * random.Next(1, 7));
            layer = LayerCases.Convolution(random, shape, weightBits, activationBits, signed, epilogue);
        }
        LayerMapping mapping = Mappings.Of(
            layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, weightBits, encoding, cellBits, random.Next(1, 70));
        if (encoding == WeightEncoding.TwosComplement && mapping.SliceBits[^1] > 1)
            mapping = mapping with { SliceBits = [.. mapping.SliceBits[..^1], mapping.SliceBits[^1] - 1, 1] };
        HardwareProfile profile = Profiles.Plain with
        {
            Encoding = encoding, CellBits = cellBits, DacBits = random.Next(0, 4), AdcPerInputSlice = random.Next(3) > 0,
            AdcRange = new AdcRange((AdcRangePolicy)random.Next(3)),
        };
        return (LayerCases.Held(layer, encoding) with { Mapping = mapping }, profile);
    }

    private static string Describe(CrossbarLayer layer, HardwareProfile profile) =>
        $"{layer.Geometry} {layer.Groups}x{layer.RowsPerGroup}x{layer.ColumnsPerGroup} {layer.Input} w{layer.WeightBits} " +
        $"[{string.Join(",", layer.Mapping.SliceBits)}] dac {profile.DacBits} {profile.AdcPerInputSlice} {profile.AdcRange.Policy}";
}
