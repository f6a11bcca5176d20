using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>A search whose candidates are units, without a cluster.</summary>
public sealed class SplitSearchTests : IAsyncLifetime
{
    private StudyNetwork _net = null!;

    private string Store => _net.At("store");

    public async ValueTask InitializeAsync() => _net = await StudyNetwork.Create();

    public ValueTask DisposeAsync()
    {
        _net.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("rl")]
    [InlineData("exact")]
    [InlineData("evolutionary")]
    public async Task Units_of_any_worker_in_any_order_give_the_model_and_the_log_of_one_process(string search)
    {
        string[] line = _net.Search(search);
        await Ok([.. line, "-o", _net.At("one.cim")]);
        await Ok([.. line, "-o", _net.At("many.cim"), "--store", Store, "--split-search", "--submit", "none"]);
        Assert.Contains("no units yet", (await CliRun.Of("unit", "0", "--store", Store)).Error, StringComparison.Ordinal);
        int rounds = 0, units = 0;
        for (CliRun gather = await Gather(); gather.ExitCode != ExitCode.Ok; gather = await Gather())
        {
            Assert.Contains("CIM0051", gather.Error, StringComparison.Ordinal);
            int now = (await Ok("study", "status", Store, "--json")).Json.GetProperty("units").GetInt32();
            Assert.Contains(
                now - units == 1
                    ? FormattableString.Invariant($"unit {units} has no result yet")
                    : FormattableString.Invariant($"{now - units} further units, {units} to {now - 1},"),
                gather.Error, StringComparison.Ordinal);
            int[] further = [.. Enumerable.Range(units, now - units)];
            await Task.WhenAll(Worker(further.Where(u => u % 2 == 0).Reverse()), Worker(further.Where(u => u % 2 == 1)));
            (rounds, units) = (rounds + 1, now);
        }

        Assert.True(rounds > 1);
        if (search == "evolutionary") Assert.True(units > rounds); // The others need few policies of a network of one layer.
        Equal();
    }

    [Fact]
    public async Task A_process_that_is_killed_goes_on_where_it_was()
    {
        string[] line = _net.Search("exact");
        await Ok([.. line, "-o", _net.At("one.cim")]);
        await Ok([.. line, "-o", _net.At("many.cim"), "--store", Store, "--split-search", "--submit", "none", "--unit-parts", "2"]);
        var start = new ProcessStartInfo("dotnet", [typeof(CimApplication).Assembly.Location, "study", "resume", Store])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using (Process process = Process.Start(start)!)
        {
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            while (!process.HasExited && Results() < 2) await Task.Delay(20);
            Assert.False(process.HasExited, "the process ended before it could be killed");
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.False(File.Exists(_net.At("many.cim")));
        // The results of units are enough. Beside the log there may be the temporary file of the writer that was killed.
        foreach (string file in Directory.GetFiles(Path.Combine(Store, "trials"))) File.Delete(file);
        await Ok("study", "resume", Store);
        Equal();
        int Results() => Directory.Exists(Path.Combine(Store, "results"))
            ? Directory.GetFiles(Path.Combine(Store, "results"), "*.json", SearchOption.AllDirectories).Length : 0;
    }

    [Fact]
    public async Task Searches_over_several_seeds_share_their_rounds()
    {
        await Ok([.. _net.Search("evolutionary"), "--store", _net.At("whole"), "--over", "seed=1..3", "-o", _net.At("one.cim")]);
        await Ok([.. _net.Search("evolutionary"), "--store", Store, "--over", "seed=1..3", "-o", _net.At("many.cim"), "--split-search"]);
        Assert.Equal(await File.ReadAllBytesAsync(_net.At("one.cim")), await File.ReadAllBytesAsync(_net.At("many.cim")));
        JsonElement[] tasks =
        [
            .. JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Store, "study.json"))).RootElement.GetProperty("units")
                .EnumerateArray().SelectMany(u => u.GetProperty("work").EnumerateArray()),
        ];
        string[] names = [.. tasks.Select(t => t.GetProperty("task").GetProperty("name").GetString()!)];
        Assert.Equal(names.Distinct(), names); // They have one log, so nothing is measured for two of them.
        Assert.Equal(await Designs(_net.At("whole")), await Designs(Store));

        async Task<string> Designs(string store)
        {
            await Ok("study", "table", store, "-o", _net.At("t.csv"));
            return await File.ReadAllTextAsync(_net.At("t.csv"));
        }
    }

    [Theory]
    [InlineData("--split-search needs --store", "--search", "exact", "--split-search")]
    [InlineData("--split-search cuts searches, and --search asks for none", "--store", "s", "--split-search")]
    [InlineData("--budget-minutes do not go together", "--search", "exact", "--budget-minutes", "1", "--store", "s", "--split-search")]
    [InlineData("--parallel-candidates is '0'", "--search", "exact", "--parallel-candidates", "0")]
    public async Task Options_that_do_not_go_together_are_wrong_usage(string message, params string[] options)
    {
        CliRun run = await CliRun.Of(["compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"),
            .. options.Select(o => o == "s" ? Store : o)]);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private void Equal()
    {
        Assert.Equal(File.ReadAllBytes(_net.At("one.cim")), File.ReadAllBytes(_net.At("many.cim")));
        Assert.Equal(File.ReadAllBytes(_net.At("one.cim.trials.json")),
            File.ReadAllBytes(Directory.GetFiles(Path.Combine(Store, "trials")).Single()));
    }

    private async Task Worker(IEnumerable<int> units)
    {
        foreach (int unit in units) await Task.Run(() => Ok("unit", $"{unit}", "--store", Store));
    }

    private Task<CliRun> Gather() => CliRun.Of("gather", Store);

    private static async Task<CliRun> Ok(params string[] arguments)
    {
        CliRun run = await CliRun.Of(arguments);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        return run;
    }
}
