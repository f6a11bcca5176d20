using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Remapping;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Simd;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Compensation;

public sealed class CompensationTests
{
    private static readonly HardwareProfile _repairing = Profiles.Plain with { AdcBits = 0, Columns = 160, SpareColumns = 32 };

    [Fact]
    public void Without_stuck_cells_nothing_moves()
    {
        var random = new Random(1);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        foreach (FaultRemapping remapping in Enum.GetValues<FaultRemapping>())
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            profile = profile with
            {
                ProgrammingError = new ProgrammingError("independent", 0.03),
                WordLineResistance = 1,
                BitLineResistance = 1,
            };
            float[] plain = ProgrammedCells.Program(new AnalogPlan(layer, profile), profile, 0, 5, true);
            HardwareProfile repairing = profile with { SpareColumns = profile.Columns / 4, FaultRemapping = remapping };
            Assert.Equal(plain, ProgrammedCells.Program(new AnalogPlan(layer, repairing), repairing, 0, 5, true));
        }
    }

    [Fact]
    public void Every_step_of_remapping_shrinks_the_error_of_stuck_cells()
    {
        var random = new Random(2);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        {
            double[] errors = new double[5];
            for (int i = 0; i < 6; i++)
            {
                CrossbarLayer layer = LayerCases.Held(LayerCases.Matrix(random, 100, 16, 1), encoding) with
                {
                    Mapping = Mappings.Of(1, 100, 16, 8, encoding, encoding == WeightEncoding.TwosComplement ? 1 : 2, 128),
                };
                HardwareProfile faulty = _repairing with { Encoding = encoding, StuckOn = 0.002, StuckOff = 0.004 };
                HardwareProfile[] steps =
                [
                    faulty with { SpareColumns = 0 }, faulty with { SpareColumns = 8 }, faulty,
                    faulty with { FaultRemapping = FaultRemapping.Columns }, faulty with { FaultRemapping = FaultRemapping.RowsAndColumns },
                ];
                double[] own = [.. steps.Select(p => WeightError(layer, p, (ulong)i))];
                // On every single chip, not only on average.
                for (int s = 1; s < own.Length; s++) Assert.True(own[s] <= own[s - 1], $"{encoding}, step {s}: {own[s]} > {own[s - 1]}");
                for (int s = 0; s < own.Length; s++) errors[s] += own[s];
            }
            Assert.True(errors[1] < errors[0] && errors[2] < errors[1] && errors[4] < 0.5 * errors[0], string.Join(" ", errors));
        }
    }

    [Fact]
    public void A_spare_serves_one_column_and_has_cells_of_its_own()
    {
        var random = new Random(3);
        CrossbarLayer layer = LayerCases.Matrix(random, 64, 8, 1) with
        {
            Mapping = Mappings.Of(1, 64, 8, 8, WeightEncoding.Offset, 2, 128),
        };
        HardwareProfile profile = _repairing with { Encoding = WeightEncoding.Offset, StuckOff = 0.02 };
        var plan = new AnalogPlan(layer, profile);
        var programmer = new CellProgrammer(profile, 7, 0);
        var targets = new CellTargets(plan, profile);
        ArrayPlacement[] blocks = [.. ArrayPlacement.Of(layer, profile)];
        ArraySlots slots = new FaultRemapper(programmer, targets, profile, 1).Of(blocks, [0L])[0];
        Assert.Equal(slots.Units.Length, slots.Units.Distinct().Count());
        Assert.All(slots.Units, p => Assert.InRange(p, 0, 32 + profile.SpareColumns - 1));
        Assert.Contains(slots.Units, p => p >= 32);
        var address = new CellAddress(blocks[0], 0, profile.SpareColumns);
        long[] keys = [.. Enumerable.Range(0, 32 + profile.SpareColumns).Select(address.Column)];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Swapping_never_raises_the_cost_and_reaches_the_optimum_of_small_cases()
    {
        var random = new Random(4);
        for (int i = 0; i < 200; i++)
        {
            double[,] cost = new double[2, 2];
            for (int k = 0; k < 4; k++) cost[k / 2, k % 2] = random.Next(0, 5);
            int[] slots = [0, 1];
            SwapSearch.Improve(slots, (item, slot) => cost[item, slot]);
            Assert.Equal(Math.Min(cost[0, 0] + cost[1, 1], cost[0, 1] + cost[1, 0]), cost[0, slots[0]] + cost[1, slots[1]]);
        }
    }

    [Theory, InlineData(ColumnCorrection.Offset), InlineData(ColumnCorrection.ScaleAndOffset)]
    internal void Correcting_an_ideal_device_changes_nothing_bit_for_bit(ColumnCorrection correction)
    {
        var random = new Random(5);
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>())
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            byte[] input = LayerCases.Input(random, layer, 2), residual = LayerCases.Residual(random, layer, 2);
            byte[] plain = LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, fidelity, 3), layer, input, residual, 2);
            CrossbarLayer tested = layer with { TestInputs = Tests(layer, input, 2) };
            HardwareProfile correcting = profile with { ColumnCorrection = correction };
            Assert.Equal(plain, LayerCases.Run(CrossbarSimulator.Prepare(tested, 0, correcting, fidelity, 3), tested, input, residual, 2));
        }
    }

    [Fact]
    public void Correction_shrinks_the_error_of_drift_and_of_converters()
    {
        var random = new Random(6);
        HardwareProfile[] profiles =
        [
            Profiles.Plain with { AdcBits = 0, Drift = new Drift(0.05, 86_400) { NuSigma = 0.005 } },
            Profiles.Plain with { AdcBits = 8, AdcGainSigma = 0.05, AdcOffsetSigma = 2 },
            Profiles.Plain with { AdcBits = 0, WordLineResistance = 20, BitLineResistance = 20 },
        ];
        foreach (HardwareProfile profile in profiles)
        {
            CrossbarLayer layer = LayerCases.Convolution(
                random, new LayerCases.Shape2D(8, 8, 8, 3, 1, 1, 1, 1, 8), epilogue: Epilogue.None);
            layer = layer with { TestInputs = Tests(layer, LayerCases.Input(random, layer, 8), 8) };
            byte[] input = LayerCases.Input(random, layer, 4);
            double none = Error(ColumnCorrection.None),
                offset = Error(ColumnCorrection.Offset),
                both = Error(ColumnCorrection.ScaleAndOffset);
            Assert.True(offset < none && both < 0.5 * none && both < offset, $"{none} {offset} {both}");

            double Error(ColumnCorrection correction)
            {
                HardwareProfile p = profile with { ColumnCorrection = correction };
                return Difference(Floats(layer, p, Fidelity.Circuit, input, 4), Floats(layer, p, Fidelity.Exact, input, 4));
            }
        }
    }

    [Fact]
    public void Corrected_chips_are_the_same_on_every_vector_width()
    {
        var random = new Random(7);
        CrossbarLayer layer = LayerCases.Convolution(random, new LayerCases.Shape2D(4, 9, 9, 3, 2, 1, 1, 2, 6));
        byte[] input = LayerCases.Input(random, layer, 3);
        layer = layer with { TestInputs = Tests(layer, input, 3) };
        HardwareProfile profile = Profiles.Plain with
        {
            ColumnCorrection = ColumnCorrection.ScaleAndOffset, ProgrammingError = new ProgrammingError("independent", 0.05),
                ReadNoiseSigma = 0.01,
        };
        byte[][] all = [.. SimdLevels.Supported.Select(l =>
            LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, Fidelity.Device, 3, l), layer, input, [], 3))];
        Assert.All(all, bytes => Assert.Equal(all[0], bytes));
    }

    [Fact]
    public void Test_vectors_are_inputs_the_layer_really_reads()
    {
        var random = new Random(8);
        foreach (CrossbarLayer layer in new[]
        {
            LayerCases.Convolution(random, new LayerCases.Shape2D(4, 5, 6, 3, 2, 1, 1, 2, 4)),
            LayerCases.Matrix(random, 7, 3, 5, groups: 2, signedInput: true),
        })
        {
            byte[] input = LayerCases.Input(random, layer, 2);
            int width = layer.Groups * layer.RowsPerGroup;
            var real = new HashSet<string>();
            for (int n = 0; n < 2; n++)
            for (int p = 0; p < layer.PositionsPerImage; p++)
                real.Add(Convert.ToHexString([.. Enumerable.Range(0, width).Select(i =>
                    unchecked((byte)(
                        LayerCases.X(layer, input, n, i / layer.RowsPerGroup, p, i % layer.RowsPerGroup) + layer.Input.ZeroPoint)))]));
            Tensor tests = Tests(layer, input, 2);
            Assert.Equal(Math.Min(4, layer.PositionsPerImage) * 2, tests.Shape[0]);
            for (int t = 0; t < tests.Shape[0]; t++) Assert.Contains(Convert.ToHexString(tests.Data.Span.Slice(t * width, width)), real);
        }
    }

    [Fact]
    public void Clipping_for_ideal_cells_changes_nothing()
    {
        var random = new Random(9);
        // Unsigned cells are those of blocks, which are not clipped.
        foreach (WeightEncoding encoding in Enum.GetValues<WeightEncoding>().Where(e => e != WeightEncoding.Unsigned))
        {
            (CrossbarLayer layer, HardwareProfile profile) = AdcTests.RandomCase(random, encoding);
            Assert.Same(layer, WeightClipper.Apply(layer, profile with { WeightClipping = WeightClipping.LeastSquares }));
            Assert.Same(layer, WeightClipper.Apply(layer, profile));
        }
    }

    [Fact]
    public void Clipping_for_the_least_square_error_shrinks_the_error_of_independent_cell_errors()
    {
        CrossbarLayer layer = BellShaped(new Random(10));
        HardwareProfile profile = Profiles.Plain with
        {
            AdcBits = 0,
            CellBits = 7,
            ProgrammingError = new ProgrammingError("independent", 0.05),
        };
        CrossbarLayer clipped = WeightClipper.Apply(layer, profile with { WeightClipping = WeightClipping.LeastSquares });
        byte[] input = LayerCases.Input(new Random(11), layer, 64);
        float[] exact = Floats(layer, profile, Fidelity.Exact, input, 64);
        double plain = Difference(Floats(layer, profile, Fidelity.Device, input, 64), exact);
        double better = Difference(Floats(clipped, profile, Fidelity.Device, input, 64), exact);
        Assert.True(better < 0.8 * plain, $"{better} {plain}");
        // Proportional errors grow with the weights: there is nothing to gain.
        HardwareProfile proportional = profile with
        {
            ProgrammingError = new ProgrammingError("proportional", 0.05),
            WeightClipping = WeightClipping.LeastSquares,
        };
        double own = Difference(Floats(WeightClipper.Apply(layer, proportional), proportional, Fidelity.Device, input, 64), exact);
        Assert.True(own <= 1.1 * Difference(Floats(layer, proportional, Fidelity.Device, input, 64), exact));
    }

    [Theory, InlineData(1.0), InlineData(0.9)]
    public void A_percentile_of_the_weights_becomes_fully_on(double share)
    {
        CrossbarLayer layer = BellShaped(new Random(12));
        CrossbarLayer clipped = WeightClipper.Apply(
            layer, Profiles.Plain with { WeightClipping = WeightClipping.Percentile, WeightClippingPercentile = share });
        sbyte[] before = layer.Weights.Span<sbyte>().ToArray(), after = clipped.Weights.Span<sbyte>().ToArray();
        for (int o = 0; o < layer.Outputs; o++)
        {
            int[] row = [.. after.Skip(o * layer.RowsPerGroup).Take(layer.RowsPerGroup).Select(w => Math.Abs((int)w))];
            Assert.Equal(127, row.Max());
            Assert.InRange(row.Count(w => w == 127), (int)((1 - share) * row.Length), (int)((1 - share) * row.Length * 1.6) + 3);
            // What is not clipped keeps its value to half a step.
            for (int r = 0; r < row.Length; r++)
            {
                if (row[r] == 127) continue;
                int i = (o * layer.RowsPerGroup) + r;
                Assert.Equal(before[i] * layer.WeightScales[o], after[i] * clipped.WeightScales[o], 0.501 * clipped.WeightScales[o]);
            }
            Assert.Equal(layer.Bias[o] * layer.WeightScales[o], clipped.Bias[o] * clipped.WeightScales[o], layer.WeightScales[o]);
        }
    }

    [Fact]
    public void One_scale_for_a_layer_keeps_every_weight_to_half_a_step()
    {
        CrossbarLayer layer = BellShaped(new Random(14));
        CrossbarLayer scaled = WeightClipper.Apply(layer, Profiles.Plain with { WeightScaling = WeightScaling.Layer });
        float scale = Assert.Single(scaled.WeightScales.Distinct());
        Assert.Equal(layer.WeightScales.Max(), scale);
        for (int i = 0; i < layer.Weights.Length; i++)
        {
            float real = layer.Weights.Span<sbyte>()[i] * layer.WeightScales[i / layer.RowsPerGroup];
            Assert.Equal(real, scaled.Weights.Span<sbyte>()[i] * scale, 0.501 * scale);
        }
    }

    [Fact]
    public void The_expected_error_of_a_weight_is_the_measured_one()
    {
        CrossbarLayer layer = LayerCases.Matrix(new Random(13), 64, 32, 1);
        HardwareProfile profile = Profiles.Plain with
        {
            ProgrammingError = new ProgrammingError("independent", 0.02), StuckOn = 0.01, StuckOff = 0.02, SpatialSigma = 0.03,
                SpatialLength = 1,
        };
        var variance = new WeightVariance(layer, profile);
        double expected = 0, measured = 0;
        foreach (sbyte w in layer.Weights.Span<sbyte>()) expected += variance.Of(w);
        for (ulong chip = 0; chip < 20; chip++) measured += WeightError(layer, profile, chip);
        // 20 chips of 2048 weights of several cells: the standard error is below 2 %.
        Assert.Equal(1, measured / 20 / expected, 0.08);
    }

    // A normal distribution whose largest weight uses half the range.
    private static CrossbarLayer BellShaped(Random random)
    {
        CrossbarLayer layer = LayerCases.Matrix(random, 128, 16, 1, epilogue: Epilogue.None) with
        {
            Mapping = Mappings.Of(1, 128, 16, 8, WeightEncoding.Differential, 7, 128),
        };
        sbyte[] w = [.. Enumerable.Range(0, layer.Weights.Length).Select(_ =>
            (sbyte)Math.Clamp(
                Math.Round((random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2) * 32), -63, 63))];
        return layer with { Weights = Tensor.Create<sbyte>(layer.Weights.Shape, w) };
    }

    private static Tensor Tests(CrossbarLayer layer, byte[] input, int images)
    {
        var tests = new TestVectors(layer, 4);
        tests.Add(input, images);
        return tests.ToTensor()!;
    }

    // Square error of the weights a chip holds.
    private static double WeightError(CrossbarLayer layer, HardwareProfile profile, ulong chip)
    {
        var plan = new AnalogPlan(layer, profile);
        float[] levels = ProgrammedCells.Program(plan, profile, 0, chip, false);
        sbyte[] w = layer.Weights.Span<sbyte>().ToArray();
        double error = 0;
        for (int i = 0; i < w.Length; i++)
        {
            double held = -plan.Cells.Offset;
            for (int s = 0; s < plan.Cells.Slices.Length; s++)
                held += plan.Cells.WeightStep * plan.Cells.Slices[s].Factor * (double)levels[(s * w.Length) + i];
            error += (held - w[i]) * (held - w[i]);
        }
        return error;
    }

    private static float[] Floats(CrossbarLayer layer, HardwareProfile profile, Fidelity fidelity, byte[] input, int images) =>
        MemoryMarshal.Cast<byte, float>(LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, fidelity, 3), layer, input, [], images))
            .ToArray();

    private static double Difference(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum());
}
