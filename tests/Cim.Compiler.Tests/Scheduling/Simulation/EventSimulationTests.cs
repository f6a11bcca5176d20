using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Simulation;

public sealed class EventSimulationTests
{
    private const int Cases = 60, Images = 2;

    private static readonly Gen<(RandomSchedule Schedule, PipelineKind Pipeline)> _cases = Gen.Select(
        RandomSchedules.Any, Gen.Int[1, 2].Select(p => (PipelineKind)p));

    private static readonly Gen<(RandomSchedule Schedule, int Bytes)> _buffers = Gen.Select(RandomSchedules.Any, Gen.Int[1, 120]);

    /// <summary>Two ways to find the same times: one visits stages, the other events.</summary>
    [Fact]
    public void Without_limits_every_row_starts_and_ends_as_when_stages_are_visited_in_order() => _cases.Holds(Cases, c =>
    {
        RowTimes visited = RowSimulation.Run(c.Schedule.Graph, c.Schedule.Work, c.Pipeline, Images);
        RowTimes events = Run(c.Schedule, c.Pipeline, 0).Times;
        for (int s = 0; s < c.Schedule.Work.Length; s++)
            for (int r = 0; r < visited.End[s].Length; r++)
            {
                Assert.Equal(visited.End[s][r], events.End[s][r], 9);
                Assert.Equal(visited.Start[s][r], events.Start[s][r], 9);
            }
    });

    [Fact]
    public void Buffers_never_overflow_and_data_are_there_before_they_are_used() => _buffers.Holds(Cases, c =>
    {
        LimitedTimes limited = Run(c.Schedule, PipelineKind.CrossLayer, c.Bytes);
        RowSimulationTests.Check(c.Schedule, limited.Times);
        Assert.All(limited.PeakBytes, peak => Assert.True(peak <= c.Bytes));
    });

    [Fact]
    public void Buffers_of_the_size_that_is_needed_stall_nothing() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        LimitedTimes free = Run(schedule, PipelineKind.CrossLayer, int.MaxValue);
        LimitedTimes needed = Run(schedule, PipelineKind.CrossLayer, Math.Max(1, free.PeakBytes.Max()));
        Assert.Equal(free.Times.MakespanNs, needed.Times.MakespanNs, 9);
        Assert.Equal(0, needed.SpilledBytes);
    });

    [Fact]
    public void A_core_works_for_one_layer_at_a_time() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        ImmutableArray<ImmutableArray<int>> cores = [.. schedule.Graph.Stages.Select(
            s => s.Layer < 0 ? ImmutableArray<int>.Empty : [s.Layer / 2, (s.Layer + 1) / 2])];
        RowTimes times = EventSimulation.Run(schedule.Graph, schedule.Work, new EventRun(
            PipelineKind.CrossLayer, Images, new ChipLimits([.. schedule.Work.Select(_ => 0L)], cores, 0), [])).Times;
        RowSimulationTests.Check(schedule, times);
        foreach (int core in cores.SelectMany(c => c).Distinct())
        {
            var rows = Enumerable.Range(0, cores.Length).Where(s => cores[s].Contains(core))
                .SelectMany(s => times.Start[s].Select((start, r) => (Start: start, End: times.End[s][r], Stage: s))).Order().ToArray();
            for (int i = 1; i < rows.Length; i++)
                Assert.True(rows[i].Stage == rows[i - 1].Stage || rows[i].Start >= rows[i - 1].End - 1e-9);
        }
    });

    [Fact]
    public void A_shortcut_whose_branch_needs_more_rows_than_fit_moves_rows_beside_the_chip()
    {
        // The second stage needs all four rows of the first, and the sum both: three rows have no room.
        Stage[] stages =
        [
            new("first", 0, 4, 4, []),
            new("branch", 1, 4, 4, [new StageInput(0, RowNeeds.All(4, 4))]),
            new("sum", -1, 4, 4, [new StageInput(0, RowNeeds.Same(4, 4)), new StageInput(1, RowNeeds.Same(4, 4))]),
        ];
        var graph = new StageGraph([.. stages], [2], []);
        StageWork Layer(int resource) =>
            new(4, new Cim.Runtime.Costs.ProductTiming(0, 10, 0), 1, default) { Resource = resource, RowBytes = 5 };
        LimitedTimes limited = EventSimulation.Run(graph, [Layer(0), Layer(1), StageWork.Free with { RowBytes = 5 }],
            new EventRun(PipelineKind.CrossLayer, 1, new ChipLimits([5, 5, 5], [], OffChipBytesPerNs: 1), []));
        Assert.Equal(15, limited.SpilledBytes);
        Assert.True(limited.Times.MakespanNs > 80);
    }

    [Fact]
    public void A_core_is_held_until_the_last_stage_of_a_layer_that_works_there_has_ended()
    {
        // Two stages have the weights of layer 0; the second starts at the same time and takes longer. Layer 1 is on the same core.
        Stage[] stages =
        [
            new("short", 0, 1, 1, []), new("long", 0, 1, 1, []), new("other", 1, 1, 1, [new StageInput(0, RowNeeds.Same(1, 1))]),
        ];
        var graph = new StageGraph([.. stages], [1, 2], []);
        StageWork Layer(int resource, double drainNs) =>
            new(1, new Cim.Runtime.Costs.ProductTiming(0, 10, drainNs), 2, default) { Resource = resource, RowBytes = 1 };
        RowTimes times = EventSimulation.Run(graph, [Layer(0, 0), Layer(0, 30), Layer(1, 0)], new EventRun(
            PipelineKind.CrossLayer, 1, new ChipLimits([0, 0, 0], [[0], [0], [0]], 0), [])).Times;
        Assert.Equal((10, 40, 50), (times.End[0][0], times.End[1][0], times.End[2][0]));
    }

    private static LimitedTimes Run(RandomSchedule schedule, PipelineKind pipeline, long bytes) => EventSimulation.Run(
        schedule.Graph, schedule.Work,
        new EventRun(pipeline, Images, new ChipLimits([.. schedule.Work.Select(_ => bytes)], [], 0), []));
}
