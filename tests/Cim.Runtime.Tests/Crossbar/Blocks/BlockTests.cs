using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Tests.Crossbar.Blocks;

/// <summary>A matrix in blocks of different widths, order and sharing is the same matrix.</summary>
public sealed class BlockTests
{
    /// <summary>Of blocks whose columns are told by the outputs they are added to.</summary>
    public static IEnumerable<object[]> EncodingsAndLevels
    {
        get
        {
            var data = new List<object[]>();
            foreach (WeightEncoding e in Enum.GetValues<WeightEncoding>().Where(e => e != WeightEncoding.Unsigned))
                foreach (SimdLevel l in SimdLevels.Supported) data.Add([e, (int)l]);
            return data;
        }
    }

    public static TheoryData<int> Levels => [.. SimdLevels.Supported.Select(l => (int)l)];

    [Theory, MemberData(nameof(EncodingsAndLevels))]
    internal void One_block_is_todays_layer_bit_for_bit_at_every_fidelity(WeightEncoding encoding, int level)
    {
        var random = new Random(1 + (int)encoding);
        for (int i = 0; i < 5; i++)
        {
            (CrossbarLayer plain, HardwareProfile profile) = BlockCases.RandomCase(random, encoding);
            CrossbarLayer layer = plain with
            {
                Blocks =
                [
                    new WeightBlock
                    {
                        Columns = plain.Outputs, WeightBits = plain.WeightBits, Mapping = plain.Mapping,
                        Uses = [.. Enumerable.Range(0, plain.Outputs).Select(o => new ColumnUse(o, o, 0, false))],
                    },
                ],
            };
            HardwareProfile noisy = profile with
            {
                ProgrammingError = new ProgrammingError("independent", 0.05), ReadNoiseSigma = 0.01, StuckOff = 0.01, AdcOffsetSigma = 0.3,
                    AdcGainSigma = 0.01,
            };
            byte[] input = LayerCases.Input(random, plain, 3), residual = LayerCases.Residual(random, plain, 3);
            foreach ((Fidelity fidelity, HardwareProfile on) in new[] { (Fidelity.Exact, profile), (Fidelity.Adc, profile),
                (Fidelity.Device, noisy), (Fidelity.Circuit, noisy with { WordLineResistance = 1, BitLineResistance = 1 }) })
            {
                byte[] expected = Run(plain, on, fidelity, level, input, residual, 3),
                    actual = Run(layer, on, fidelity, level, input, residual, 3);
                Assert.True(expected.AsSpan().SequenceEqual(actual), $"{fidelity} {plain.Geometry} {plain.RowsPerGroup}x{plain.Outputs}");
            }
        }
    }

    [Theory, MemberData(nameof(EncodingsAndLevels))]
    internal void Widths_shifts_pruning_permutation_and_sharing_never_change_the_integers(WeightEncoding encoding, int level)
    {
        var random = new Random(100 + (int)encoding);
        for (int i = 0; i < 8; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = BlockCases.RandomBlocks(random, encoding);
            Assert.Null(BlockVerifier.Problem(layer));
            profile = profile with { AdcBits = random.Next(2) == 0 ? 0 : 24 };
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] exact = LayerCases.Run(ExactLayers.Prepare(layer, (SimdLevel)level), layer, input, residual, 2);
            Assert.Equal(LayerCases.Finish(layer, LayerCases.Sums(layer, input, 2), residual, 2), exact);
            Assert.True(exact.AsSpan().SequenceEqual(Run(layer, profile, Fidelity.Adc, level, input, residual, 2)),
                $"{encoding} {layer.Geometry} {layer.RowsPerGroup}x{layer.Outputs} in {layer.Blocks.Length}");
            // Cells that miss their conductance by a billionth give the same integers through the float path of programmed cells.
            HardwareProfile almost = profile with { AdcBits = 24, ProgrammingError = new ProgrammingError("independent", 1e-9) };
            Assert.True(exact.AsSpan().SequenceEqual(Run(layer, almost, Fidelity.Device, level, input, residual, 2)), $"device {encoding}");
        }
    }

    [Theory, MemberData(nameof(EncodingsAndLevels))]
    internal void Blocks_that_share_an_array_see_each_others_currents_in_its_wires(WeightEncoding encoding, int level)
    {
        var random = new Random(40 + (int)encoding);
        for (int i = 0; i < 3; i++)
        {
            (CrossbarLayer plain, HardwareProfile profile) = BlockCases.RandomCase(random, encoding);
            plain = plain with
            {
                Mapping = plain.Mapping with
                {
                    Tiles = [new ArrayTile(0, 1, 0, plain.RowsPerGroup, 0, plain.Outputs * plain.Mapping.ColumnsPerOutput)],
                    RowTiles = [new RowTile(0, plain.RowsPerGroup)],
                },
            };
            int left = random.Next(1, plain.Outputs + 1), width = plain.Mapping.ColumnsPerOutput;
            CrossbarLayer layer = plain with
            {
                Blocks = [.. new[] { Part(0, left, 0), Part(left, plain.Outputs - left, left * width) }.Where(b => b.Columns > 0)],
            };
            profile = profile with
            {
                WordLineResistance = 20,
                BitLineResistance = 30,
                SeparatePairArrays = random.Next(2) == 0,
                AdcBits = 12,
            };
            byte[] input = LayerCases.Input(random, plain, 2), residual = LayerCases.Residual(random, plain, 2);
            Assert.Equal(Run(plain, profile, Fidelity.Circuit, level, input, residual, 2),
                Run(layer, profile, Fidelity.Circuit, level, input, residual, 2));

            WeightBlock Part(int first, int columns, int at) => new()
            {
                Columns = columns, WeightBits = plain.WeightBits,
                    Uses = [.. Enumerable.Range(0, columns).Select(c => new ColumnUse(c, first + c, 0, false))],
                Mapping = plain.Mapping with
                {
                    Tiles = [new ArrayTile(0, 1, 0, plain.RowsPerGroup, 0, columns * width) { Array = 0, ColumnInArray = at }],
                },
            };
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void Outputs_that_are_differences_of_shared_unsigned_columns_have_the_integers_of_their_weights_at_every_fidelity(int level)
    {
        var random = new Random(60);
        for (int i = 0; i < 12; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = BlockCases.RandomDifferences(random);
            Assert.Null(BlockVerifier.Problem(layer));
            profile = profile with { AdcBits = random.Next(2) == 0 ? 0 : 24, GOff = random.Next(2) == 0 ? 0 : 3e-6 };
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] expected = LayerCases.Finish(layer, LayerCases.Sums(layer, input, 2), residual, 2);
            HardwareProfile almost = profile with { AdcBits = 24, ProgrammingError = new ProgrammingError("independent", 1e-9) };
            foreach ((Fidelity fidelity, HardwareProfile on) in new[] {
                (Fidelity.Exact, profile), (Fidelity.Adc, profile), (Fidelity.Device, almost), (Fidelity.Circuit, almost) })
                Assert.True(expected.AsSpan().SequenceEqual(Run(layer, on, fidelity, level, input, residual, 2)),
                    $"{fidelity} {layer.Geometry} {layer.RowsPerGroup}x{layer.Outputs}");
        }
    }

    [Fact]
    public void Coarse_conversions_and_noise_reach_every_block()
    {
        var random = new Random(5);
        int changed = 0, noisy = 0;
        for (int i = 0; i < 20; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = BlockCases.RandomBlocks(random, WeightEncoding.Offset);
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] exact = Run(layer, profile, Fidelity.Exact, (int)SimdLevels.Widest, input, residual, 2);
            if (!exact.SequenceEqual(Run(layer with { AdcBits = 2 }, profile, Fidelity.Adc, (int)SimdLevels.Widest, input, residual, 2)))
                changed++;
            HardwareProfile chip = profile with { AdcBits = 0, ProgrammingError = new ProgrammingError("independent", 0.1) };
            if (!exact.SequenceEqual(Run(layer, chip, Fidelity.Device, (int)SimdLevels.Widest, input, residual, 2))) noisy++;
        }

        Assert.True(changed > 10 && noisy > 10, $"{changed} {noisy}");
    }

    private static byte[] Run(
        CrossbarLayer layer, HardwareProfile profile, Fidelity fidelity, int level, byte[] input, byte[] residual, int images) =>
        LayerCases.Run(
            CrossbarSimulator.Prepare(layer, 3, profile, fidelity, 7, (SimdLevel)level), layer, input, residual, images, firstImage: 5);
}
