using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Blocks;

/// <summary>Random layers in blocks.</summary>
internal static class BlockCases
{
    /// <summary>A layer without groups, not yet in blocks.</summary>
    public static (CrossbarLayer Layer, HardwareProfile Profile) RandomCase(Random random, WeightEncoding encoding)
    {
        while (true)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            if (layer.Groups == 1) return (layer, profile with { AdcBits = random.Next(3, 9) });
        }
    }

    /// <summary>On random row tiles, random columns of magnitudes; every output a difference of two of them, one of them, or
    /// nothing.</summary>
    public static (CrossbarLayer Layer, HardwareProfile Profile) RandomDifferences(Random random)
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
    public static (CrossbarLayer Layer, HardwareProfile Profile) RandomBlocks(Random random, WeightEncoding encoding)
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
