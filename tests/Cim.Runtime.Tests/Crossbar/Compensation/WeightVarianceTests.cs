using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Tests.Crossbar.Compensation;

/// <summary>The squared error a weight is expected to have.</summary>
public sealed class WeightVarianceTests
{
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
        for (ulong chip = 0; chip < 20; chip++) measured += CompensationCases.WeightError(layer, profile, chip);
        // 20 chips of 2048 weights of several cells: the standard error is below 2 %.
        Assert.Equal(1, measured / 20 / expected, 0.08);
    }
}
