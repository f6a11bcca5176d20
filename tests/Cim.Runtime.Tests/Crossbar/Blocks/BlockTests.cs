using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Simd;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar.Adc;

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
            (CrossbarLayer plain, HardwareProfile profile) = RandomCase(random, encoding);
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
            (CrossbarLayer layer, HardwareProfile profile) = RandomBlocks(random, encoding);
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
            (CrossbarLayer plain, HardwareProfile profile) = RandomCase(random, encoding);
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
            (CrossbarLayer layer, HardwareProfile profile) = RandomDifferences(random);
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
    public void Unsigned_columns_survive_the_file_and_ones_that_do_not_give_the_weights_are_refused()
    {
        var random = new Random(61);
        for (int i = 0; i < 10; i++)
        {
            (CrossbarLayer layer, _) = RandomDifferences(random);
            var writer = new ByteWriter();
            var data = new DataBlob();
            LayerCodec.Write(writer, layer, data);
            CrossbarLayer read = LayerCodec.Read(new ByteReader(writer.Written), data.ToArray());
            Assert.Null(BlockVerifier.Problem(read));
            Assert.Equal(layer.Blocks.Select(b => Convert.ToHexString(b.Integers!.Data.Span)),
                read.Blocks.Select(b => Convert.ToHexString(b.Integers!.Data.Span)));

            WeightBlock block = layer.Blocks[0];
            sbyte[] changed = block.Integers!.Span<sbyte>().ToArray();
            changed[0] += 1;
            foreach (WeightBlock wrong in new[]
            {
                block with { Integers = Tensor.Create<sbyte>(block.Integers.Shape, changed) },
                block with { Integers = Tensor.Create<sbyte>(block.Integers.Shape, [.. changed.Select(v => (sbyte)-v)]) },
                block with { Integers = null },
                block with { Integers = Tensor.Create<sbyte>(new Shape(changed.Length), changed) },
                block with { Mapping = block.Mapping with { Encoding = WeightEncoding.Differential } },
            })
                Assert.NotNull(BlockVerifier.Problem(layer with { Blocks = layer.Blocks.SetItem(0, wrong) }));
        }
    }

    [Fact]
    public void Coarse_conversions_and_noise_reach_every_block()
    {
        var random = new Random(5);
        int changed = 0, noisy = 0;
        for (int i = 0; i < 20; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = RandomBlocks(random, WeightEncoding.Offset);
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] exact = Run(layer, profile, Fidelity.Exact, (int)SimdLevels.Widest, input, residual, 2);
            if (!exact.SequenceEqual(Run(layer with { AdcBits = 2 }, profile, Fidelity.Adc, (int)SimdLevels.Widest, input, residual, 2)))
                changed++;
            HardwareProfile chip = profile with { AdcBits = 0, ProgrammingError = new ProgrammingError("independent", 0.1) };
            if (!exact.SequenceEqual(Run(layer, chip, Fidelity.Device, (int)SimdLevels.Widest, input, residual, 2))) noisy++;
        }

        Assert.True(changed > 10 && noisy > 10, $"{changed} {noisy}");
    }

    [Fact]
    public void Blocks_survive_the_file_and_blocks_that_do_not_give_the_weights_are_refused()
    {
        var random = new Random(9);
        for (int i = 0; i < 20; i++)
        {
            (CrossbarLayer layer, _) = RandomBlocks(random, (WeightEncoding)random.Next(4));
            var writer = new ByteWriter();
            var data = new DataBlob();
            LayerCodec.Write(writer, layer, data);
            CrossbarLayer read = LayerCodec.Read(new ByteReader(writer.Written), data.ToArray());
            Assert.Null(BlockVerifier.Problem(read));
            var again = new ByteWriter();
            LayerCodec.Write(again, read, new DataBlob());
            Assert.True(writer.Written.Span.SequenceEqual(again.Written.Span));

            WeightBlock block = layer.Blocks.First(b => b.Uses.Length > 0);
            int at = layer.Blocks.IndexOf(block);
            foreach (WeightBlock wrong in new[]
            {
                block with { Uses = block.Uses.SetItem(0, block.Uses[0] with { Shift = 8 }) },
                block with { Uses = block.Uses.SetItem(0, block.Uses[0] with { Output = layer.Outputs }) },
                block with { Uses = block.Uses.RemoveAt(block.Uses.Length - 1), Columns = block.Columns },
                block with { Mapping = block.Mapping with { RowOrder = [.. block.Mapping.RowOrder[1..], block.Mapping.RowOrder[^1]] } },
                block with { Mapping = block.Mapping with { RowOrder = [.. block.Mapping.RowOrder[1..], layer.RowsPerGroup] } },
                block with { WeightBits = 9 },
                block with { AdcCalibration = new AdcCalibration([1], [0]) },
            })
            {
                if (wrong.Mapping.RowOrder.Length < 2 && wrong.Mapping != block.Mapping) continue;
                Assert.NotNull(BlockVerifier.Problem(layer with { Blocks = layer.Blocks.SetItem(at, wrong) }));
            }

            if (layer.Weights.Span<sbyte>().ContainsAnyExcept((sbyte)0))
                Assert.NotNull(BlockVerifier.Problem(layer with { Blocks = [.. layer.Blocks, .. layer.Blocks] }));
        }
    }

    private static byte[] Run(
        CrossbarLayer layer, HardwareProfile profile, Fidelity fidelity, int level, byte[] input, byte[] residual, int images) =>
        LayerCases.Run(
            CrossbarSimulator.Prepare(layer, 3, profile, fidelity, 7, (SimdLevel)level), layer, input, residual, images, firstImage: 5);

    private static (CrossbarLayer Layer, HardwareProfile Profile) RandomCase(Random random, WeightEncoding encoding)
    {
        while (true)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            if (layer.Groups == 1) return (layer, profile with { AdcBits = random.Next(3, 9) });
        }
    }

    /// <summary>On random row tiles, random columns of magnitudes; every output a difference of two of them, one of them, or
    /// nothing.</summary>
    internal static (CrossbarLayer Layer, HardwareProfile Profile) RandomDifferences(Random random)
    {
        (CrossbarLayer layer, HardwareProfile profile) = RandomCase(random, WeightEncoding.Differential);
        int rows = layer.RowsPerGroup, outputs = layer.Outputs, tileRows = random.Next(1, rows + 1);
        int[] order = [.. Enumerable.Range(0, rows)];
        random.Shuffle(order);
        sbyte[] weights = new sbyte[outputs * rows];
        var blocks = ImmutableArray.CreateBuilder<WeightBlock>();
        for (int first = 0; first < rows; first += tileRows)
        {
            ImmutableArray<int> tile = [.. order.Skip(first).Take(tileRows)];
            int bits = random.Next(2, 7), columnCount = random.Next(2, 9);
            sbyte[] columns = new sbyte[columnCount * tile.Length];
            for (int i = 0; i < columns.Length; i++) columns[i] = (sbyte)random.Next(1 << (bits - 1));
            var uses = new List<ColumnUse>();
            for (int o = 0; o < outputs; o++)
            {
                int plus = random.Next(-1, columnCount), minus = random.Next(-1, columnCount), shift = random.Next(0, 9 - bits);
                if (plus >= 0) uses.Add(new ColumnUse(plus, o, shift, false));
                if (minus >= 0 && minus != plus) uses.Add(new ColumnUse(minus, o, shift, true));
                for (int i = 0; i < tile.Length; i++)
                    weights[(o * rows) + tile[i]] = (sbyte)(((plus < 0 ? 0 : columns[(plus * tile.Length) + i])
                        - (minus < 0 || minus == plus ? 0 : columns[(minus * tile.Length) + i])) << shift);
            }

            for (int c = 0; c < columnCount; c++)
                if (uses.All(t => t.Column != c))
                    columns.AsSpan(c * tile.Length, tile.Length).Clear();
            int[] used = [.. Enumerable.Range(0, columnCount).Where(c => uses.Any(t => t.Column == c))];
            if (used.Length == 0) continue;
            blocks.Add(new WeightBlock
            {
                Columns = used.Length, WeightBits = bits,
                Mapping = Mappings.Of(1, tile.Length, used.Length, bits - 1, WeightEncoding.Unsigned, profile.CellBits, 1000) with
                {
                    RowOrder = tile,
                },
                Integers = Tensor.Create<sbyte>(
                    new Shape(used.Length, tile.Length), [.. used.SelectMany(c => columns.Skip(c * tile.Length).Take(tile.Length))]),
                Uses =
                    [.. uses.Select(t => t with { Column = Array.IndexOf(used, t.Column) }).OrderBy(t => t.Column).ThenBy(t => t.Output)],
            });
        }

        if (blocks.Count == 0) return RandomDifferences(random);
        return (layer with
        {
            Weights = Tensor.Create<sbyte>(new Shape(outputs, rows), weights), WeightBits = 8, Blocks = blocks.ToImmutable(),
            Mapping = Mappings.Of(1, rows, outputs, 8, WeightEncoding.Differential, profile.CellBits, 64),
        }, profile with { AdcRange = new AdcRange(AdcRangePolicy.Full) });
    }

    /// <summary>Random row order, row tiles, widths 0 to 8 with shifts for every column of a tile, duplicates and negations of columns
    /// shared.</summary>
    internal static (CrossbarLayer Layer, HardwareProfile Profile) RandomBlocks(Random random, WeightEncoding encoding)
    {
        (CrossbarLayer layer, HardwareProfile profile) = RandomCase(random, encoding);
        int rows = layer.RowsPerGroup, outputs = layer.Outputs, tileRows = random.Next(1, rows + 1);
        int[] order = [.. Enumerable.Range(0, rows)];
        random.Shuffle(order);
        sbyte[] weights = new sbyte[outputs * rows];
        var blocks = ImmutableArray.CreateBuilder<WeightBlock>();
        for (int first = 0; first < rows; first += tileRows)
        {
            ImmutableArray<int> tile = [.. order.Skip(first).Take(tileRows)];
            var columns = new Dictionary<int, List<List<ColumnUse>>>(); // By width.
            for (int o = 0; o < outputs; o++)
            {
                int bits = random.Next(6) switch { 0 => 0, 1 => 8, 2 => 2, _ => random.Next(2, 9) };
                if (bits == 0) continue;
                int shift = random.Next(0, 9 - bits), limit = (1 << (bits - 1)) - 1;
                List<List<ColumnUse>> own = columns.TryGetValue(bits, out List<List<ColumnUse>>? known) ? known : columns[bits] = [];
                if (own.Count > 0 && random.Next(4) == 0)
                {
                    // A copy of another output's column, perhaps with another sign or shift.
                    List<ColumnUse> shared = own[random.Next(own.Count)];
                    bool negative = random.Next(2) == 0;
                    ColumnUse source = shared[0];
                    foreach (int r in tile)
                    {
                        int v = weights[(source.Output * rows) + r] >> source.Shift;
                        weights[(o * rows) + r] = (sbyte)((negative ? -v : v) << shift);
                    }

                    shared.Add(new ColumnUse(0, o, shift, negative));
                    continue;
                }

                foreach (int r in tile) weights[(o * rows) + r] = (sbyte)(random.Next(-limit, limit + 1) << shift);
                own.Add([new ColumnUse(0, o, shift, false)]);
            }

            foreach ((int bits, List<List<ColumnUse>> uses) in columns.OrderBy(c => random.Next()))
            {
                LayerMapping mapping = Mappings.Of(1, tile.Length, uses.Count, bits, encoding, profile.CellBits, 1000);
                if (encoding == WeightEncoding.TwosComplement && mapping.SliceBits[^1] > 1)
                    mapping = mapping with { SliceBits = [.. mapping.SliceBits[..^1], mapping.SliceBits[^1] - 1, 1] };
                List<ColumnUse>[] shuffled = [.. uses];
                random.Shuffle(shuffled);
                blocks.Add(new WeightBlock
                {
                    Columns = uses.Count, WeightBits = bits, Mapping = mapping with { RowOrder = tile },
                    Uses = [.. shuffled.SelectMany((c, p) => c.Select(t => t with { Column = p }))],
                });
            }
        }

        if (blocks.Count == 0) return RandomBlocks(random, encoding);
        return (layer with
        {
            Weights = Tensor.Create<sbyte>(new Shape(outputs, rows), weights), WeightBits = 8, Blocks = blocks.ToImmutable(),
            Mapping = Fixed(Mappings.Of(1, rows, outputs, 8, encoding, profile.CellBits, 64)),
        }, profile with { AdcRange = new AdcRange(AdcRangePolicy.Full) });

        LayerMapping Fixed(LayerMapping m) => encoding == WeightEncoding.TwosComplement && m.SliceBits[^1] > 1
            ? m with { SliceBits = [.. m.SliceBits[..^1], m.SliceBits[^1] - 1, 1] } : m;
    }
}
