using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>The time of a compilation over all its stages.</summary>
public sealed class TimeBudgetTests
{
    private static readonly CompileOptions _options = new()
    {
        ModelPath = "m.onnx", Calibration = "c.npz", Evaluation = "e.npz", Search = "rl", MaxAccuracyLoss = 1, SearchMinutes = 4,
    };

    private double _now;

    private TimeBudget Started(CompileOptions options)
    {
        var time = new TimeBudget(options, () => _now);
        time.Begin("Import", ["Calibrate", "Search", "Confirm", "Evaluate"]);
        _now = 2;
        time.End("Import", 2);
        return time;
    }

    [Fact]
    public void A_search_gets_what_the_stages_after_it_leave_of_the_budget()
    {
        TimeBudget time = Started(_options);
        time.Begin("Search", ["Confirm", "Evaluate"]);
        Assert.True(time.Later > StageForecast.LearnedSeconds);
        Assert.Equal(240 - 2 - (1.25 * time.Later), time.ForSearch!.Value, 9);
        Assert.Equal(238, time.Left!.Value, 9);
    }

    [Fact]
    public void What_an_earlier_step_of_the_build_has_taken_counts() =>
        Assert.Equal(240 - 2 - 100, Started(_options with { SpentSeconds = 100 }).Left!.Value, 9);

    [Fact]
    public void Without_a_budget_there_is_no_limit()
    {
        TimeBudget time = Started(_options with { SearchMinutes = null });
        Assert.Null(time.Left);
        Assert.Null(time.ForSearch);
    }

    [Fact]
    public void A_search_gets_some_time_however_long_the_rest_seems_to_take()
    {
        TimeBudget time = Started(_options with { SearchMinutes = 0.1 });
        time.Begin("Search", ["Confirm", "Evaluate"]);
        Assert.Equal(0.3 * 4, time.ForSearch!.Value, 9);
    }

    [Fact]
    public void The_time_left_is_that_of_all_stages_and_never_0()
    {
        TimeBudget time = Started(_options with { SearchMinutes = null });
        time.Begin("Search", ["Confirm", "Evaluate"]);
        Assert.Equal("", time.Describe());
        time.StageLeft(TimeSpan.FromSeconds(0));
        Assert.Equal($"about {5 * Math.Ceiling(time.Later / 5)} s left", time.Describe());
        time.Begin("Evaluate", []);
        _now += 1000;
        Assert.Equal("about 100 s left", time.Describe());
    }

    [Fact]
    public void Before_a_search_has_measured_anything_its_budget_is_what_is_known()
    {
        TimeBudget time = Started(_options);
        time.Begin("Search", ["Confirm", "Evaluate"]);
        Assert.Equal("at most 240 s left", time.Describe());
        time.StageLeft(TimeSpan.FromSeconds(10));
        Assert.StartsWith("about ", time.Describe(), StringComparison.Ordinal);
    }
}
