using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Circuit;

public sealed class CircuitTests
{
    [Theory]
    [InlineData(1.0, 1.0, 0, 0)]
    [InlineData(10, 50, 0, 0)]
    [InlineData(5, 0, 0, 0)]
    [InlineData(0, 5, 0, 0)]
    [InlineData(2, 3, 100, 70)]
    [InlineData(0, 3, 100, 70)]
    [InlineData(2, 0, 100, 70)]
    [InlineData(0, 0, 100, 70)]
    [InlineData(0, 0, 100, 0)]
    public void Effective_conductances_equal_a_dense_nodal_solution(double word, double bit, double driver, double sense)
    {
        var random = new Random(1);
        foreach ((int rows, int columns) in new[] { (1, 1), (3, 2), (2, 5), (7, 7), (9, 4) })
        {
            double[] g = [.. Enumerable.Range(0, rows * columns).Select(_ => 1e-6 + (random.NextDouble() * 1e-4))];
            var wires = new Wires(word, bit, driver, sense);
            double[] expected = DenseNodalSolver.Solve(g, rows, columns, wires);
            double[] actual = [.. g];
            NodalSolver.Solve(actual, rows, columns, wires);
            // The dense solution stands 0.1 milliohm in for zero, good for 1e-7 beside 10 kOhm cells.
            double tolerance = word > 0 && bit > 0 ? 1e-8 : 1e-6;
            for (int i = 0; i < g.Length; i++) Assert.Equal(1, actual[i] / expected[i], tolerance);
        }
    }

    [Fact]
    public void Wires_without_resistance_change_nothing()
    {
        double[] g = [1e-4, 2e-5, 3e-6, 4e-5];
        double[] same = [.. g];
        NodalSolver.Solve(same, 2, 2, default);
        Assert.Equal(g, same);
        NodalSolver.Solve(same, 2, 2, new Wires(1e-6, 1e-6, 0, 0));
        for (int i = 0; i < 4; i++) Assert.Equal(1, same[i] / g[i], 1e-6);
    }

    [Fact]
    public void Circuit_with_vanishing_wires_equals_device()
    {
        var random = new Random(2);
        for (int i = 0; i < 6; i++)
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, (WeightEncoding)(i % 4));
            layer = layer with { Epilogue = Epilogue.None };
            profile = profile with { AdcBits = 0, ProgrammingError = new ProgrammingError("proportional", 0.03) };
            byte[] input = LayerCases.Input(random, layer, 1);
            byte[] device = Run(profile, Fidelity.Device);
            Assert.Equal(device, Run(profile, Fidelity.Circuit));
            ReadOnlySpan<float> a = MemoryMarshal.Cast<byte, float>(device);
            ReadOnlySpan<float> b = MemoryMarshal.Cast<byte, float>(
                Run(profile with { WordLineResistance = 1e-5, BitLineResistance = 1e-5 }, Fidelity.Circuit));
            double scale = 0;
            foreach (float v in a) scale = Math.Max(scale, Math.Abs(v));
            for (int k = 0; k < a.Length; k++) Assert.Equal(0, (a[k] - b[k]) / scale, 2e-6);

            byte[] Run(HardwareProfile p, Fidelity fidelity) =>
                LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, p, fidelity, 5), layer, input, [], 1);
        }
    }

    [Fact]
    public void Groups_packed_on_one_array_see_the_wires_in_between()
    {
        var random = new Random(3);
        CrossbarLayer layer = LayerCases.Convolution(random, new(4, 6, 6, 3, 1, 1, 1, 4, 4));
        var mapping = layer.Mapping;
        int columns = mapping.ColumnsPerOutput;
        layer = layer with { Mapping = mapping with { Tiles = [new Mapping.ArrayTile(0, 4, 0, 9, 0, columns)] } };
        HardwareProfile profile = Profiles.Plain with { WordLineResistance = 20, BitLineResistance = 30 };
        float[] levels = ProgrammedCells.Program(new AnalogPlan(layer, profile), profile, 0, 0, true);
        // The same block alone, with the longer wires as driver and sense resistance.
        CrossbarLayer alone = layer with { Mapping = mapping with { Tiles = [] } };
        foreach (int group in new[] { 0, 3 })
        {
            HardwareProfile wired = profile with { DriverResistance = 20 * group * columns, SenseResistance = 30 * (3 - group) * 9 };
            float[] expected = ProgrammedCells.Program(new AnalogPlan(alone, wired), wired, 0, 0, true);
            for (int s = 0; s < mapping.SliceBits.Length; s++)
            for (int r = 0; r < 9; r++)
                Assert.Equal(expected[(((s * 4) + group) * 9) + r], levels[(((s * 4) + group) * 9) + r], 1e-6);
        }
    }
}
