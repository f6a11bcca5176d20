using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Mapping;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>The integers each weight of a layer may take when its strips differ in width.</summary>
public sealed class StripGridsTests
{
    private const int Rows = 20, Outputs = 12;

    private static readonly int[] _offered = [8, 4, 3, 2, 0];

    [Fact]
    public void Every_integer_is_a_level_of_its_strip_times_a_power_of_two() => Gen.Int[0, 1_000_000].Holds(20, seed =>
    {
        var random = new Random(seed);
        StripGrid grid = StripGrid.Of(new LayerShape("l", 1, Rows, Outputs, 1), 8);
        var widths = new StripWidths(
            grid, [.. grid.Tiles.Select(_ => Enumerable.Range(0, Outputs).Select(_ => _offered[random.Next(5)]).ToImmutableArray())]);
        var grids = new StripGrids(widths);
        for (int o = 0; o < Outputs; o++)
        {
            float[] weights = [.. Enumerable.Range(0, Rows).Select(_ => random.NextSingle() - 0.5f)];
            sbyte[] integers = new sbyte[Rows];
            float scale = grids.Nearest(weights, [], o, integers);
            Assert.True(scale > 0);
            for (int t = 0; t < grid.Tiles.Length; t++)
            {
                int bits = widths.Bits[t][o];
                sbyte[] own = [.. grid.RowsOf(t).Select(r => integers[r])];
                if (bits == 0) Assert.All(own, q => Assert.Equal(0, q));
                else
                    Assert.Contains(Enumerable.Range(0, 9 - bits), shift => own.All(
                        q => q % (1 << shift) == 0 && Math.Abs(q >> shift) <= WeightScales.Levels(bits)));
            }

            Assert.All(integers, q => Assert.InRange(q, -(1 << (grids.Bits - 1)) + 1, (1 << (grids.Bits - 1)) - 1));
        }
    });
}
