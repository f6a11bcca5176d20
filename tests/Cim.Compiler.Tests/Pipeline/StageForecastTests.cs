using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>What stages will probably take.</summary>
public sealed class StageForecastTests
{
    private static readonly CompileOptions _evaluated = new()
    {
        ModelPath = "m.onnx", Calibration = "c.npz", Evaluation = "e.npz", Search = "rl", MaxAccuracyLoss = 1, WeightBits = 8,
    };

    [Fact]
    public void Nothing_is_known_before_something_was_measured()
    {
        var forecast = new StageForecast(_evaluated);
        Assert.False(forecast.IsKnown);
        Assert.Equal(0, forecast.Of("Evaluate"));
    }

    [Fact]
    public void A_network_that_takes_twice_as_long_at_first_is_expected_to_do_so_later()
    {
        double[] seconds = [.. new[] { 1.0, 2.0 }.Select(factor =>
        {
            var forecast = new StageForecast(_evaluated);
            forecast.Finished("Import", factor);
            forecast.Finished("Calibrate", 2 * factor);
            return forecast.Of("Evaluate");
        })];
        Assert.True(seconds[0] > 0);
        Assert.Equal(2 * seconds[0], seconds[1], 9);
    }

    [Fact]
    public void Stages_without_work_take_no_time()
    {
        var forecast = new StageForecast(_evaluated with { Evaluation = null });
        forecast.Finished("Import", 1);
        Assert.Equal(0, forecast.Of("Evaluate") + forecast.Of("Confirm") + forecast.Of("Baseline"));
        Assert.True(forecast.Of("Map") > 0);
    }

    [Fact]
    public void Learned_rounding_is_expected_where_a_search_may_choose_few_bits()
    {
        double[] seconds = [.. new[] { "rl", "uniform" }.Select(search =>
        {
            var forecast = new StageForecast(_evaluated with { Search = search });
            forecast.Finished("Import", 1);
            return forecast.Of("Round");
        })];
        Assert.Equal(StageForecast.LearnedSeconds, seconds[0] - seconds[1], 9);
    }

    [Fact]
    public void Every_stage_that_a_forecast_names_exists()
    {
        string[] stages = [.. CompileStages.Compile().Select(s => s.Name)];
        Assert.All(StageForecast.Known, name => Assert.Contains(name, stages));
        Assert.All(stages.Where(StageForecast.IsOpen), name => Assert.DoesNotContain(name, StageForecast.Known));
    }
}
