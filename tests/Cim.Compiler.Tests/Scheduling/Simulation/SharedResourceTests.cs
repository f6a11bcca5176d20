using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Simulation;

/// <summary>What stages share on a chip: digital units, links, the memory beside it and the buffer of all cores.</summary>
public sealed class SharedResourceTests
{
    private const int Cases = 60, Images = 2;
    private const double Rounding = 1e-6;

    private static readonly Gen<(RandomSchedule Schedule, int Units)> _units = Gen.Select(RandomSchedules.Any, Gen.Int[1, 3]);

    private static readonly Gen<(RandomSchedule Schedule, int Rate, bool IsTree, int Chips)> _networks = Gen.Select(
        RandomSchedules.Any, Gen.Int[1, 40], Gen.Bool, Gen.Int[1, 3]);

    private static readonly Gen<((RandomSchedule Schedule, int Rate, bool IsTree, int Chips), int Bytes, int Units)> _chips = Gen.Select(
        _networks, Gen.Int[1, 120], Gen.Int[1, 3]);

    [Fact]
    public void A_digital_unit_works_on_one_row_at_a_time_and_on_all_of_them() => _units.Holds(Cases, c =>
    {
        ImmutableArray<int> units = [.. c.Schedule.Work.Select((w, s) => w.DigitalNs > 0 ? s % c.Units : -1)];
        RowTimes times = Run(c.Schedule, Unlimited(c.Schedule) with { Units = units }, Images).Times;
        RowSimulationTests.Check(c.Schedule, times);
        foreach (var unit in Enumerable.Range(0, units.Length).Where(s => units[s] >= 0).GroupBy(s => units[s]))
        {
            var rows = unit.SelectMany(s => times.Start[s].Select((start, r) =>
                (Start: start, Ns: c.Schedule.Work[s].DigitalNs / c.Schedule.Graph.Stages[s].Rows))).Order().ToArray();
            for (int i = 1; i < rows.Length; i++) Assert.True(rows[i].Start >= rows[i - 1].Start + rows[i - 1].Ns - Rounding);
            // Work is conserved: what the unit has to do fits into the schedule.
            Assert.True(times.MakespanNs >= unit.Sum(s => c.Schedule.Work[s].DigitalNs) * Images - Rounding);
        }
    });

    [Fact]
    public void Units_of_their_own_give_the_schedule_without_shared_ones() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        ChipLimits own = Unlimited(schedule) with { Units = [.. schedule.Work.Select((_, s) => s)] };
        Assert.Equal(RowSimulation.Run(schedule.Graph, schedule.Work, PipelineKind.CrossLayer, Images).MakespanNs,
            Run(schedule, own, Images).Times.MakespanNs, 9);
    });

    [Fact]
    public void No_link_carries_more_than_it_can_and_no_row_is_there_before_it_was_alone() => _networks.Holds(Cases, c =>
    {
        ChipFlows flows = Flows(c.Schedule, c.Rate, c.IsTree, c.Chips);
        ImmutableArray<StageWork> work = [.. c.Schedule.Work.Select((w, s) => w with { InputNs = flows.InputNs[s] })];
        var schedule = c.Schedule with { Work = work };
        RowTimes times = Run(schedule, Unlimited(schedule) with { Flows = flows }, Images).Times;
        RowTimes alone = RowSimulation.Run(schedule.Graph, work, PipelineKind.CrossLayer, Images);
        ResourceTimes busy = ResourceTimes.Of(schedule.Graph, work, Unlimited(schedule) with { Flows = flows });
        for (int s = 0; s < work.Length; s++)
        {
            Stage stage = schedule.Graph.Stages[s];
            for (int at = 0; at < times.Start[s].Length; at++)
                for (int i = 0; i < stage.Inputs.Length; i++)
                {
                    (int image, int row) = Math.DivRem(at, stage.Rows);
                    int needed = (image * schedule.Graph.Stages[stage.Inputs[i].Producer].Rows) + stage.Inputs[i].Needs.Last(row);
                    Assert.True(times.Start[s][at] >= times.End[stage.Inputs[i].Producer][needed] + work[s].TransferNs(i) - Rounding);
                }
        }

        Assert.True(times.MakespanNs >= alone.MakespanNs - Rounding);
        // Work is conserved: what the busiest link has to carry fits into the schedule.
        Assert.Equal(flows.LinkNs.DefaultIfEmpty(0).Max(), busy.NetworkNs);
        Assert.True(times.MakespanNs >= (busy.NetworkNs * Images) - Rounding);
    });

    [Fact]
    public void Faster_links_never_make_the_contention_free_bound_slower() => _networks.Holds(Cases, c =>
    {
        double Makespan(int rate)
        {
            ChipFlows flows = Flows(c.Schedule, rate, c.IsTree, c.Chips);
            ImmutableArray<StageWork> work = [.. c.Schedule.Work.Select((w, s) => w with { InputNs = flows.InputNs[s] })];
            return RowSimulation.Run(c.Schedule.Graph, work, PipelineKind.CrossLayer, Images).MakespanNs;
        }

        Assert.True(Makespan(2 * c.Rate) <= Makespan(c.Rate) + Rounding);
    });

    [Fact]
    public void An_image_is_worked_on_as_it_comes_in_one_after_the_other() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        const double Load = 30;
        RandomSchedule loaded = Loaded(schedule, Load);
        RowTimes times = Run(loaded, Unlimited(loaded), 3).Times;
        for (int image = 0; image < 3; image++)
        {
            int rows = loaded.Graph.Stages[0].Rows;
            for (int r = 0; r < rows; r++)
                Assert.True(times.Start[0][(image * rows) + r] >= ((image + ((r + 1.0) / rows)) * Load) - Rounding);
        }

        Assert.Equal(RowSimulation.Run(loaded.Graph, loaded.Work, PipelineKind.CrossLayer, 1).MakespanNs,
            Run(loaded, Unlimited(loaded), 1).Times.MakespanNs, 9);
    });

    [Fact]
    public void Rows_go_into_the_buffer_of_all_cores_before_they_go_beside_the_chip() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        ChipLimits tight = Unlimited(schedule) with { BufferBytes = [.. schedule.Work.Select(_ => 1L)], OffChipBytesPerNs = 0.5 };
        LimitedTimes without = Run(schedule, tight, Images);
        LimitedTimes large = Run(schedule, tight with { GlobalBytes = long.MaxValue / 2, GlobalBytesPerNs = 2 }, Images);
        LimitedTimes small = Run(schedule, tight with { GlobalBytes = 10, GlobalBytesPerNs = 2 }, Images);
        RowSimulationTests.Check(schedule, small.Times);
        Assert.Equal(0, large.SpilledBytes);
        Assert.Equal(0, without.SharedBytes);
        Assert.True(small.SharedPeak <= 10 && large.SharedBytes >= large.SharedPeak);
    });

    /// <summary>What holds with each limit alone holds with all of them.</summary>
    [Fact]
    public void Data_buffers_cores_and_units_hold_together() => _chips.Holds(Cases, (c, bytes, count) =>
    {
        ChipFlows flows = Flows(c.Schedule, c.Rate, c.IsTree, c.Chips);
        ImmutableArray<StageWork> work = [.. c.Schedule.Work.Select((w, s) => w with { InputNs = flows.InputNs[s] })];
        var schedule = c.Schedule with { Work = work };
        ChipLimits limits = new([.. work.Select(_ => (long)bytes)],
            [.. schedule.Graph.Stages.Select(s => s.Layer < 0 ? ImmutableArray<int>.Empty
                : [.. new[] { s.Layer / 2, (s.Layer + 1) / 2 }.Distinct()])], 0.5)
        {
            Units = [.. work.Select((w, s) => w.DigitalNs > 0 ? s % count : -1)], Flows = flows,
        };
        LimitedTimes found = Run(schedule, limits, Images);
        RowSimulationTests.Check(schedule, found.Times);
        Assert.All(found.PeakBytes, peak => Assert.True(peak <= bytes));
        Assert.True(found.Times.MakespanNs
            >= RowSimulation.Run(schedule.Graph, work, PipelineKind.CrossLayer, Images).MakespanNs - Rounding);
        Assert.True(Run(schedule, limits, 1).Times.MakespanNs >= ResourceTimes.Of(schedule.Graph, work, limits).LongestNs - Rounding);
        foreach (int core in limits.Cores.SelectMany(cores => cores).Distinct())
            TakeTurns(Enumerable.Range(0, work.Length).Where(s => limits.Cores[s].Contains(core)), found.Times);
        Assert.Equal(found.Times.MakespanNs, Run(schedule, limits, Images).Times.MakespanNs);
    });

    private static void TakeTurns(IEnumerable<int> stages, RowTimes times)
    {
        var rows = stages.SelectMany(s => times.Start[s].Select((start, r) => (Start: start, End: times.End[s][r], Stage: s))).Order()
            .ToArray();
        for (int i = 1; i < rows.Length; i++)
            Assert.True(rows[i].Stage == rows[i - 1].Stage || rows[i].Start >= rows[i - 1].End - Rounding);
    }

    private static ChipFlows Flows(RandomSchedule schedule, int rate, bool isTree, int chips)
    {
        int layers = schedule.Graph.Layers.Length;
        ChipFigures chip = ChipFigures.None with
        {
            Topology = isTree ? NetworkTopology.HTree : NetworkTopology.Mesh, LinkBitsPerSecond = rate * 1e9, HopLatency = 1e-9,
            Chips = chips, ChipLinkBitsPerSecond = rate * 0.5e9, ChipLinkLatency = 3e-9,
        };
        var grid = new CoreGrid(chip.Topology, ((2 * layers) + chips - 1) / chips, chips);
        ImmutableArray<CoreRange> cores = [.. Enumerable.Range(0, layers).Select(l => new CoreRange(2 * l, 2))];
        return new ChipFlows(schedule.Graph,
            new CoresOfLayers(cores, LayerTraffic.Owners(schedule.Graph), [.. Enumerable.Range(0, 2 * layers)], grid),
            new LayerNeeds([.. cores.Select(_ => 8)], [.. cores.Select(_ => 2L)], [.. cores.Select((_, l) => 1L + (l % 2))]), chip);
    }

    private static RandomSchedule Loaded(RandomSchedule schedule, double ns)
    {
        Stage first = schedule.Graph.Stages[0] with
        {
            InputShare = [.. Enumerable.Range(0, schedule.Graph.Stages[0].Rows).Select(r => (r + 1.0) / schedule.Graph.Stages[0].Rows)],
        };
        return new RandomSchedule(
            new StageGraph(schedule.Graph.Stages.SetItem(0, first), schedule.Graph.Outputs, schedule.Graph.Layers),
            schedule.Work.SetItem(0, schedule.Work[0] with { LoadNs = ns }));
    }

    private static ChipLimits Unlimited(RandomSchedule schedule) => new([.. schedule.Work.Select(_ => 0L)], [], 0);

    private static LimitedTimes Run(RandomSchedule schedule, ChipLimits limits, int images) => EventSimulation.Run(
        schedule.Graph, schedule.Work,
        new EventRun(PipelineKind.CrossLayer, images, limits, LayerTraffic.Owners(schedule.Graph)));
}
