using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tests.Crossbar.Adc;

namespace Cim.Runtime.Tests.Crossbar.Compensation;

/// <summary>Weights spread over the conductances, the largest clipped.</summary>
public sealed class WeightClipperTests
{
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
        CrossbarLayer layer = CompensationCases.BellShaped(new Random(10));
        HardwareProfile profile = Profiles.Plain with
        {
            AdcBits = 0,
            CellBits = 7,
            ProgrammingError = new ProgrammingError("independent", 0.05),
        };
        CrossbarLayer clipped = WeightClipper.Apply(layer, profile with { WeightClipping = WeightClipping.LeastSquares });
        byte[] input = LayerCases.Input(new Random(11), layer, 64);
        float[] exact = CompensationCases.Floats(layer, profile, Fidelity.Exact, input, 64);
        double plain = Error(layer, profile), better = Error(clipped, profile);
        Assert.True(better < 0.8 * plain, $"{better} {plain}");
        // Proportional errors grow with the weights: there is nothing to gain.
        HardwareProfile proportional = profile with
        {
            ProgrammingError = new ProgrammingError("proportional", 0.05),
            WeightClipping = WeightClipping.LeastSquares,
        };
        Assert.True(Error(WeightClipper.Apply(layer, proportional), proportional) <= 1.1 * Error(layer, proportional));

        double Error(CrossbarLayer held, HardwareProfile on) =>
            CompensationCases.Difference(CompensationCases.Floats(held, on, Fidelity.Device, input, 64), exact);
    }

    [Theory, InlineData(1.0), InlineData(0.9)]
    public void A_percentile_of_the_weights_becomes_fully_on(double share)
    {
        CrossbarLayer layer = CompensationCases.BellShaped(new Random(12));
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
        CrossbarLayer layer = CompensationCases.BellShaped(new Random(14));
        CrossbarLayer scaled = WeightClipper.Apply(layer, Profiles.Plain with { WeightScaling = WeightScaling.Layer });
        float scale = Assert.Single(scaled.WeightScales.Distinct());
        Assert.Equal(layer.WeightScales.Max(), scale);
        for (int i = 0; i < layer.Weights.Length; i++)
        {
            float real = layer.Weights.Span<sbyte>()[i] * layer.WeightScales[i / layer.RowsPerGroup];
            Assert.Equal(real, scaled.Weights.Span<sbyte>()[i] * scale, 0.501 * scale);
        }
    }
}
