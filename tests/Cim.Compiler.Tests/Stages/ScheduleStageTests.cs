using Cim.Compiler.Import;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Format;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ScheduleStageTests : IDisposable
{
    private readonly ChainCompilation _net = new();

    public void Dispose() => _net.Dispose();

    [Theory, InlineData("latency"), InlineData("throughput")]
    public void A_compiled_model_tells_latency_throughput_and_energy_of_its_schedule(string goal)
    {
        CompileResult result = CompilePipeline.Compile(_net.Options() with { ScheduleFor = goal, CopiesWithin = 60 });
        using CimModel model = CimModel.Load(_net.Folder.At("net.cim"));
        ScheduleCost told = model.Info.Cost.Schedule!;
        Assert.Equal(result.Cost.Schedule, told);
        Assert.Equal(goal, told.For);
        Assert.Equal(goal, result.Report.Schedule!.ScheduledFor);
        Assert.True(told.LatencyNs < result.Cost.LatencyNs * 1.5 && told.Arrays <= 60);
        Assert.True(told.EnergyPj > 0 && told.ThroughputPerSecond >= 1e9 / told.LatencyNs * (1 - 1e-9));
        Assert.NotNull(model.Info.Baseline.Schedule);
    }

    [Fact]
    public void The_schedule_of_a_compiled_model_is_that_of_cim_schedule_for_its_network_and_policy()
    {
        CompileResult result = CompilePipeline.Compile(_net.Options() with { ScheduleFor = "latency", CopiesWithin = 60 });
        ScheduledNetwork network = NetworkSchedule.Planned(
            OnnxImporter.Import(_net.Options().ModelPath), result.Policy, result.Model.Hardware);
        Schedule schedule = PartitionedScheduler.Run(
            network, new ScheduleRequest(ScheduleGoal.Latency, 60).Options(network.ArraysOnce));
        Assert.Equal(schedule.MakespanNs, result.Cost.Schedule!.LatencyNs, 6);
    }

    [Fact]
    public void Throughput_is_no_less_when_it_is_asked_for_and_latency_no_more()
    {
        ScheduleCost Of(string goal) =>
            CompilePipeline.Compile(_net.Options() with { ScheduleFor = goal, CopiesWithin = 60 }).Cost.Schedule!;
        (ScheduleCost latency, ScheduleCost throughput) = (Of("latency"), Of("throughput"));
        Assert.True(latency.LatencyNs <= throughput.LatencyNs * (1 + 1e-9));
        Assert.True(throughput.ThroughputPerSecond >= latency.ThroughputPerSecond * (1 - 1e-9));
    }

    [Fact]
    public void What_surrounds_the_arrays_is_in_the_key_of_a_lock_only_where_a_schedule_was_asked_for()
    {
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        HardwareProfile slower = isaac with { Chip = isaac.Chip with { LinkBitsPerSecond = 1 } };
        CompileOptions options = _net.Options();
        Assert.Equal(ResultKey.OfLock(options, isaac), ResultKey.OfLock(options, slower));
        options = options with { ScheduleFor = "latency" };
        Assert.NotEqual(ResultKey.OfLock(options, isaac), ResultKey.OfLock(options, slower));
    }

    [Fact]
    public void Without_it_a_model_says_nothing_of_a_schedule_and_its_bytes_are_those_of_before()
    {
        CompileResult result = CompilePipeline.Compile(_net.Options());
        Assert.Null(result.Cost.Schedule);
        Assert.Null(result.Report.Schedule!.ScheduledFor);
        Assert.DoesNotContain("schedule", System.Text.Json.JsonSerializer.Serialize(result.Model.Info, InfoJson.Default.ModelInfo));
    }

    [Fact]
    public void A_search_shows_the_schedules_of_what_it_compares()
    {
        CompileResult result = CompilePipeline.Compile(_net.Options() with
        {
            Search = "exact", SearchEvaluations = 4, MaxAccuracyLoss = 20, ScheduleFor = "latency", CopiesWithin = 60,
        });
        Assert.Equal(result.Cost.Schedule, result.Search!.ChosenSchedule);
        Assert.Equal(result.Baseline.Schedule, result.Search.Eight.Schedule);
        Assert.True(result.Search.Four.Schedule!.LatencyNs <= result.Search.Eight.Schedule!.LatencyNs);
        Assert.NotEmpty(result.Cost.Schedule!.NotModelled);
        Assert.Equal(result.Baseline.Schedule, result.Report.Schedule!.Baseline);
    }
}
