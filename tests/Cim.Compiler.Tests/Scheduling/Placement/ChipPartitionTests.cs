using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Placement;

public sealed class ChipPartitionTests
{
    private const int Cases = 200;

    private static readonly Gen<(int[] Cores, int[] Cut, int Capacity, int Chips)> _cases = Gen.Select(
        Gen.Int[1, 4].Array[1, 6], Gen.Int[0, 9].Array[7], Gen.Int[2, 8], Gen.Int[1, 4]);

    [Fact]
    public void The_borders_are_those_with_the_fewest_bits_of_all() => _cases.Holds(Cases, c =>
    {
        long[] cores = [.. c.Cores.Select(n => (long)n)];
        double[] cut = [.. c.Cut.Take(cores.Length + 1).Select(b => (double)b)];
        int[]? found = ChipPartition.Borders(cores, cut, c.Capacity, c.Chips);
        double? best = Splits(0, c.Chips).Select(Bits).OrderBy(b => b).Select(b => (double?)b).FirstOrDefault();
        Assert.Equal(best, found is null ? null : Bits(found));

        double Bits(int[] borders) => borders.Skip(1).SkipLast(1).Where(b => b > 0 && b < cores.Length).Distinct().Sum(b => cut[b]);

        // Every way to give each chip consecutive layers that fit; a chip may stay empty.
        IEnumerable<int[]> Splits(int first, int chips)
        {
            if (chips == 0)
            {
                if (first == cores.Length) yield return [first];
                yield break;
            }

            for (int end = first; end <= cores.Length && cores[first..end].Sum() <= c.Capacity; end++)
                foreach (int[] rest in Splits(end, chips - 1)) yield return [first, .. rest];
        }
    });

    [Fact]
    public void A_layer_lies_on_one_chip_where_all_fit_and_across_borders_where_one_is_too_large()
    {
        HardwareProfile chip = HardwareProfiles.BuiltIn("isaac") with { Cores = 4, ArraysPerCore = 10 };
        chip = chip with { Chip = chip.Chip with { Chips = 3 } };
        ImmutableArray<LayerTraffic> traffic = [new(0, 1, 5), new(1, 2, 1), new(2, 3, 7)];
        (ImmutableArray<CoreRange> cores, bool isShared) = ChipPartition.Of([20, 15, 20, 20], traffic, chip);
        Assert.False(isShared);
        // The border lies where one bit passes, not after what a chip holds first.
        Assert.Equal([new(0, 2), new(2, 2), new(4, 2), new(6, 2)], cores);
        (cores, isShared) = ChipPartition.Of([20, 70], [new(0, 1, 5)], chip);
        Assert.False(isShared);
        Assert.Equal([new(0, 2), new(2, 7)], cores);
    }
}
