using Cim.Compiler.Scheduling.Copies;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Copies;

public sealed class CopyRuleTests
{
    private const int Cases = 100;

    [Fact]
    public void Min_sum_is_the_least_sum_of_all_copies_that_fit() => RandomSchedules.Loads.Holds(Cases, c =>
        Assert.Equal(All(c.Layers, c.Extra).Min(copies => Sum(c.Layers, copies)), Sum(c.Layers, MinSumCopies.Of(c.Layers, c.Extra)), 9));

    [Fact]
    public void Min_max_is_the_fastest_slowest_layer_of_all_copies_that_fit() => RandomSchedules.Loads.Holds(Cases, c =>
        Assert.Equal(All(c.Layers, c.Extra).Min(copies => Max(c.Layers, copies)), Max(c.Layers, MinMaxCopies.Of(c.Layers, c.Extra)), 9));

    [Fact]
    public void No_rule_takes_more_arrays_than_there_are() => RandomSchedules.Loads.Holds(Cases, c =>
    {
        long[] searched = new CopySearch(c.Layers, c.Extra, copies => new CopyScore(Sum(c.Layers, copies), 0), 500).Best(1)[0];
        foreach (long[] copies in (long[][])[MinSumCopies.Of(c.Layers, c.Extra), MinMaxCopies.Of(c.Layers, c.Extra), searched])
        {
            Assert.True(copies.Zip(c.Layers, (n, l) => (n - 1) * l.Arrays).Sum() <= c.Extra);
            Assert.All(copies, n => Assert.True(n >= 1));
        }
    });

    [Fact]
    public void A_search_finds_what_a_rule_finds_that_minimises_the_same() => RandomSchedules.Loads.Holds(Cases, c =>
    {
        long[] searched = new CopySearch(c.Layers, c.Extra, copies => new CopyScore(Sum(c.Layers, copies), 0), 500).Best(1)[0];
        Assert.Equal(Sum(c.Layers, MinSumCopies.Of(c.Layers, c.Extra)), Sum(c.Layers, searched), 9);
    });

    private static double Sum(LayerLoad[] layers, long[] copies) => layers.Zip(copies, (l, c) => l.BusyNs(c)).Sum();

    private static double Max(LayerLoad[] layers, long[] copies) => layers.Zip(copies, (l, c) => l.BusyNs(c)).Max();

    private static IEnumerable<long[]> All(LayerLoad[] layers, int extra) => layers.Length == 0 ? [[]] : All(layers[1..], extra)
        .SelectMany(rest => Enumerable.Range(1, extra + 1).Select(n => (long[])[n, .. rest]))
        .Where(copies => copies.Zip(layers, (n, l) => n <= l.MostSets ? (n - 1) * l.Arrays : extra + 1).Sum() <= extra);
}
