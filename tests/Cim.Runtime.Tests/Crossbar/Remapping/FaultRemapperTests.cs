using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Remapping;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tests.Crossbar.Adc;
using Cim.Runtime.Tests.Crossbar.Compensation;

namespace Cim.Runtime.Tests.Crossbar.Remapping;

/// <summary>Columns and rows moved away from stuck cells.</summary>
public sealed class FaultRemapperTests
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
                double[] own = [.. steps.Select(p => CompensationCases.WeightError(layer, p, (ulong)i))];
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
}
