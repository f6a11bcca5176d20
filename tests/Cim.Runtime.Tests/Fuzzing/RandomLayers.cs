using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar;
using Cim.Runtime.Tests.Crossbar.Adc;
using Cim.Runtime.Tests.Crossbar.Blocks;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>Layers of every form on hardware of every kind, with inputs and residuals.</summary>
internal static class RandomLayers
{
    /// <summary>One layer, what it runs on, and the bytes it is given.</summary>
    public sealed record Case(CrossbarLayer Layer, HardwareProfile Profile, byte[] Input, byte[] Residual, int Images)
    {
        public override string ToString() =>
            $"{Layer.Geometry} {Layer.Groups}x{Layer.RowsPerGroup}x{Layer.ColumnsPerGroup} of {Layer.PositionsPerImage}, {Images} images, "
                + $"w{Layer.WeightBits} {Layer.Input} " +
            $"{Layer.Mapping.Encoding} [{string.Join(",", Layer.Mapping.SliceBits)}] {Layer.Blocks.Length} blocks, {Layer.Epilogue}, dac "
                + $"{Profile.DacBits} " +
            $"per slice {Profile.AdcPerInputSlice} adc {Profile.AdcBits} {Profile.AdcRange.Policy}";
    }

    /// <summary>The case of a number.</summary>
    public static Case Of(int number)
    {
        var random = new Random(number);
        (CrossbarLayer layer, HardwareProfile profile) = random.Next(6) switch
        {
            0 => BlockCases.RandomBlocks(random, Encoding(random)),
            1 => BlockCases.RandomDifferences(random),
            _ => Whole(random, Encoding(random)),
        };
        profile = profile with
        {
            AdcBits = random.Next(5) == 0 ? 0 : random.Next(1, 13), GOff = random.Next(2) == 0 ? 0 : profile.GOn / 50,
            ProgrammingError = new ProgrammingError("independent", random.Next(3) == 0 ? 0 : 0.05), ReadNoiseSigma = random.Next(2) == 0
                ? 0
                : 0.02,
            StuckOff = random.Next(3) == 0
                ? 0.01
                : 0, AdcOffsetSigma = random.Next(3) == 0 ? 0.4
                : 0, AdcGainSigma = random.Next(3) == 0 ? 0.02
                : 0,
            WordLineResistance = 2, BitLineResistance = 3,
        };
        if (random.Next(10) == 0)
            layer = layer with
            {
                Bias = [.. layer.Bias.Select(b => random.Next(3) switch { 0 => int.MaxValue, 1 => int.MinValue + 1, _ => b })],
            };
        int images = random.Next(1, 4);
        byte[] input = LayerCases.Input(random, layer, images), residual = LayerCases.Residual(random, layer, images);
        if (random.Next(8) == 0) random.NextBytes(input);
        if (layer.Epilogue.ResidualIsFloat && random.Next(3) == 0) Spoil(random, residual);
        return new Case(layer, profile, input, residual, images);
    }

    private static WeightEncoding Encoding(Random random) => (WeightEncoding)random.Next(4);

    // All widths of weights and activations, one bit included, signed or not, and the weight that has one level more than its cells.
    private static (CrossbarLayer, HardwareProfile) Whole(Random random, WeightEncoding encoding)
    {
        (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
        int bits = random.Next(1, 9), activationBits = random.Next(1, 9), cellBits = random.Next(1, 9);
        bool signed = random.Next(2) == 0, minimum = bits > 1 && random.Next(4) == 0;
        int low = encoding == WeightEncoding.TwosComplement || minimum ? -(1 << (bits - 1)) : -Math.Max(1, (1 << (bits - 1)) - 1);
        int high = bits == 1 ? encoding == WeightEncoding.TwosComplement ? 0 : 1 : (1 << (bits - 1)) - 1;
        // One cell holds -1 or +1, so a zero has no level.
        bool binary = bits == 1 && encoding == WeightEncoding.Offset;
        sbyte[] weights = [.. Enumerable.Range(0, layer.Weights.Length)
            .Select(_ => (sbyte)(binary ? (2 * random.Next(2)) - 1 : random.Next(low, high + 1)))];
        LayerMapping mapping = Mappings.Of(
            layer.Groups, layer.RowsPerGroup, layer.ColumnsPerGroup, bits, encoding, cellBits, random.Next(1, 300));
        if (encoding == WeightEncoding.TwosComplement && mapping.SliceBits[^1] > 1)
            mapping = mapping with { SliceBits = [.. mapping.SliceBits[..^1], mapping.SliceBits[^1] - 1, 1] };
        int[] order = [.. Enumerable.Range(0, layer.RowsPerGroup)];
        random.Shuffle(order);
        var input = new QuantizationParameters(0.02f, 0, activationBits, signed);
        return (layer with
        {
            Weights = Tensor.Create<sbyte>(layer.Weights.Shape, weights), WeightBits = bits,
            Mapping = mapping with { Tiles = [], RowOrder = random.Next(3) == 0 ? [.. order] : [] },
            Input = input with { ZeroPoint = random.Next(input.Min, input.Max + 1) },
        }, profile with { CellBits = cellBits, DacBits = random.Next(0, 9) });
    }

    private static void Spoil(Random random, byte[] floats)
    {
        foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -0f])
            BitConverter.TryWriteBytes(floats.AsSpan(random.Next(floats.Length / 4) * 4), value);
    }
}
