using Cim.Tasks.Cache;

namespace Cim.Tasks.Tests.Cache;

public sealed class CompiledModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-summary-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_result_line_tells_latency_throughput_and_energy_of_the_schedule_that_was_asked_for()
    {
        Assert.Equal(", 2,000 ns, 50 pJ, 7 arrays; scheduled for throughput: 1,234 ns, 810,372 inferences/s, 60 pJ",
            Summary("\"scheduledFor\": \"throughput\", \"latencyNs\": 1234.4, \"throughputPerSecond\": 810372.1, \"energyPj\": 60.1"));
    }

    [Fact]
    public void Without_one_it_tells_the_sum_of_the_layers_alone() =>
        Assert.Equal(", 2,000 ns, 50 pJ, 7 arrays", Summary("\"latencyNs\": 1234.4, \"energyPj\": 60.1"));

    private string Summary(string schedule)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "report"));
        File.WriteAllText(Path.Combine(_folder, "report", "report.json"),
            "{ \"compiled\": { \"cost\": { \"latencyNs\": 2000, \"energyPj\": 50, \"arrays\": 7 } }, \"schedule\": { " + schedule + " } }");
        return CompiledModel.Summary(_folder);
    }
}
