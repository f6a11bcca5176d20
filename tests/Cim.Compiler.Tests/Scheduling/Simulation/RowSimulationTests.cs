using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Scheduling.Simulation;

public sealed class RowSimulationTests
{
    private const int Cases = 60, Images = 3;

    private static readonly Gen<(RandomSchedule Schedule, PipelineKind Pipeline)> _cases = Gen.Select(
        RandomSchedules.Any, Gen.Int[0, 2].Select(p => (PipelineKind)p));

    [Fact]
    public void No_row_starts_before_the_rows_that_it_needs() => _cases.Holds(Cases, c =>
    {
        RowTimes times = Run(c.Schedule, c.Pipeline);
        Check(c.Schedule, times);
    });

    [Fact]
    public void Arrays_of_a_layer_never_compute_more_products_at_once_than_it_has_copies() => _cases.Holds(Cases, c =>
    {
        RowTimes times = Run(c.Schedule, c.Pipeline);
        for (int s = 0; s < c.Schedule.Work.Length; s++)
        {
            StageWork work = c.Schedule.Work[s];
            if (work.Products == 0) continue;
            // Work is conserved: in any span the copies do no more than they can.
            double span = times.End[s].Max() - times.Start[s].Min();
            Assert.True(span * work.Copies >= (work.Products * Images * work.Timing.ProductNs) - 1e-6);
        }
    });

    [Fact]
    public void More_may_run_at_once_across_layers_than_over_images_than_serially() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        double serial = Run(schedule, PipelineKind.Serial).MakespanNs, batch = Run(schedule, PipelineKind.Batch).MakespanNs,
            across = Run(schedule, PipelineKind.CrossLayer).MakespanNs;
        Assert.True(across <= batch + 1e-9 && batch <= serial + 1e-9);
    });

    [Fact]
    public void A_serial_schedule_takes_the_sum_of_its_stages() => RandomSchedules.Any.Holds(Cases, schedule =>
    {
        double sum = schedule.Work.Select((w, s) => w.Products > 0
            ? w.Timing.SetupNs + (w.Timing.ProductNs * ((w.Products + w.Copies - 1) / w.Copies)) + w.Timing.DrainNs
            : w.DigitalNs).Sum();
        Assert.Equal(sum, RowSimulation.Run(schedule.Graph, schedule.Work, PipelineKind.Serial, 1).MakespanNs, 6);
    });

    /// <summary>A chain of stages whose rows need one row each: the first row passes every stage, the slowest one does the rest.</summary>
    [Fact]
    public void A_chain_takes_one_row_of_each_stage_and_the_rest_of_the_slowest() =>
        Gen.Select(Gen.Int[1, 9].Array[1, 6], Gen.Int[1, 10]).Holds(Cases, (durations, rows) =>
        {
            Stage[] stages = [.. durations.Select((_, s) =>
                new Stage($"s{s}", -1, rows, rows, s == 0 ? [] : [new StageInput(s - 1, RowNeeds.Same(rows, rows))]))];
            StageWork[] work = [.. durations.Select(d => StageWork.Free with { DigitalNs = (double)d * rows, RowBytes = 1 })];
            RowTimes times = RowSimulation.Run(
                new StageGraph([.. stages], [stages.Length - 1], []), work, PipelineKind.CrossLayer, 1);
            Assert.Equal(durations.Sum() + ((rows - 1) * durations.Max()), times.MakespanNs, 9);
        });

    internal static void Check(RandomSchedule schedule, RowTimes times)
    {
        for (int s = 0; s < schedule.Graph.Stages.Length; s++)
        {
            Stage stage = schedule.Graph.Stages[s];
            for (int i = 0; i < times.Start[s].Length; i++)
            {
                Assert.True(times.End[s][i] >= times.Start[s][i]);
                if (i > 0) Assert.True(times.End[s][i] >= times.End[s][i - 1]);
                (int image, int row) = Math.DivRem(i, stage.Rows);
                foreach (StageInput input in stage.Inputs)
                {
                    int needed = (image * schedule.Graph.Stages[input.Producer].Rows) + input.Needs.Last(row);
                    Assert.True(times.Start[s][i] >= times.End[input.Producer][needed]);
                }
            }
        }
    }

    private static RowTimes Run(RandomSchedule schedule, PipelineKind pipeline) =>
        RowSimulation.Run(schedule.Graph, schedule.Work, pipeline, Images);
}
