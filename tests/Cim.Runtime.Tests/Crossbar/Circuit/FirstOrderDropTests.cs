using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Tests.Crossbar.Circuit;

public sealed class FirstOrderDropTests
{
    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(0, 1, 0, 0)]
    [InlineData(1, 2, 20, 10)]
    public void The_error_falls_with_the_square_of_the_resistance(double word, double bit, double driver, double sense)
    {
        var random = new Random(1);
        double[] g = [.. Enumerable.Range(0, 12 * 9).Select(_ => 1e-6 + (random.NextDouble() * 1e-4))];
        double one = Error(0.4), half = Error(0.2), quarter = Error(0.1);
        Assert.InRange(one / half, 3.4, 4.6);
        Assert.InRange(half / quarter, 3.4, 4.6);

        double Error(double factor)
        {
            var wires = new Wires(word * factor, bit * factor, driver * factor, sense * factor);
            double[] exact = [.. g], first = [.. g];
            IrDrop.Solve(IrDropSolution.Exact, exact, 12, 9, wires);
            IrDrop.Solve(IrDropSolution.FirstOrder, first, 12, 9, wires);
            return exact.Zip(first, (a, b) => Math.Abs(a - b)).Max();
        }
    }

    [Fact]
    public void Resistances_at_the_ends_of_the_lines_alone_are_solved_exactly()
    {
        var random = new Random(3);
        foreach (Wires wires in new[] { new Wires(0, 0, 500, 0), new Wires(0, 0, 0, 500) })
        {
            double[] exact = [.. Enumerable.Range(0, 12 * 9).Select(_ => random.NextDouble() * 1e-4)], first = [.. exact];
            NodalSolver.Solve(exact, 12, 9, wires);
            FirstOrderDrop.Solve(first, 12, 9, wires);
            for (int i = 0; i < first.Length; i++) Assert.Equal(exact[i], first[i], 1e-15);
        }
    }

    [Fact]
    public void Effective_conductances_stay_between_zero_and_the_cells_own_however_large_the_drops_are()
    {
        var random = new Random(2);
        double[] g = [.. Enumerable.Range(0, 64 * 64).Select(_ => random.NextDouble() * 1e-4)];
        double[] first = [.. g];
        FirstOrderDrop.Solve(first, 64, 64, new Wires(1000, 1000, 1e5, 1e5));
        for (int i = 0; i < g.Length; i++) Assert.InRange(first[i], 0, g[i]);
        FirstOrderDrop.Solve(first, 64, 64, default);
        Assert.All(first, v => Assert.True(double.IsFinite(v)));
    }

    [Fact]
    public void A_single_cell_is_a_series_of_resistors_to_first_order_and_beyond()
    {
        // One cell draws one current: 1 / (R + wires) exactly.
        double[] g = [1e-4];
        FirstOrderDrop.Solve(g, 1, 1, new Wires(30, 40, 100, 50));
        Assert.Equal(1 / (10_000 + 220.0), g[0], 1e-15);
    }
}
