using System.Globalization;
using System.Text.Json;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Search from the command line, on the small sample network.</summary>
public sealed class SearchCommandTests
{
    private static readonly string _sample = FindSample();

    [Fact]
    public async Task Compile_with_a_search_prints_the_policy_and_what_can_be_had_by_hand()
    {
        CliRun run = await CliRun.Of(
            "compile", File("models/motion.onnx"), "--hardware", "cim-aq-4b", "--calibration", File("data/calibration.npz"),
            "--search", "exact", "--search-evaluations", "8", "--max-accuracy-loss", "5", "--json");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        JsonElement search = run.Json.GetProperty("search");
        Assert.Equal("exact", search.GetProperty("searcher").GetString());
        Assert.True(search.GetProperty("withinBudget").GetBoolean());
        Assert.InRange(search.GetProperty("evaluations").GetInt32(), 1, 8);
        Assert.True(search.GetProperty("chosen").GetProperty("latencyNs").GetDouble() <= search.GetProperty("uniform8")
            .GetProperty("latencyNs").GetDouble());
        Assert.Equal(run.Json.GetProperty("cost").GetProperty("latencyNs").GetDouble(),
            search.GetProperty("chosen").GetProperty("latencyNs").GetDouble(), 3);
        Assert.All(run.Json.GetProperty("policy").EnumerateArray(), l => Assert.InRange(l.GetProperty("weightBits").GetInt32(), 2, 8));
    }

    [Fact]
    public async Task Pareto_writes_points_that_trade_cost_for_loss()
    {
        string folder = Directory.CreateTempSubdirectory("cim-pareto").FullName;
        (string csv, string svg) = (Path.Combine(folder, "front.csv"), Path.Combine(folder, "front.svg"));
        CliRun run = await CliRun.Of(
            "pareto", File("models/motion.onnx"), "--hardware", "cim-aq-2b", "--calibration", File("data/calibration.npz"),
            "--points", "4", "--csv", csv, "--svg", svg, "--json");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        double[] latencies = [.. run.Json.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("latencyNs").GetDouble())];
        double[] estimates = [.. run.Json.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("estimate").GetDouble())];
        Assert.InRange(latencies.Length, 2, 4);
        Assert.Equal(latencies.Order(), latencies);
        Assert.Equal(estimates.OrderDescending(), estimates);
        Assert.Equal(latencies.Length + 1, (await System.IO.File.ReadAllLinesAsync(csv)).Length);
        Assert.StartsWith("<svg", await System.IO.File.ReadAllTextAsync(svg), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_front_of_schedules_has_the_schedules_of_the_compiled_networks()
    {
        string folder = Directory.CreateTempSubdirectory("cim-pareto-").FullName, policy = Path.Combine(folder, "policy.json");
        string[] schedule = ["--schedule-for", "latency", "--copies-within", "60"];
        CliRun run = await CliRun.Of([
            "pareto", File("models/motion.onnx"), "--hardware", "isaac", "--calibration", File("data/calibration.npz"), "--points", "3",
            .. schedule, "--objective", "energy-delay", "--csv", Path.Combine(folder, "front.csv"), "--json"]);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        JsonElement[] points = [.. run.Json.GetProperty("points").EnumerateArray()];
        Assert.InRange(points.Length, 2, 3);
        string[] lines = await System.IO.File.ReadAllLinesAsync(Path.Combine(folder, "front.csv"));
        Assert.EndsWith(",scheduledLatencyNs,scheduledIntervalNs,scheduledEnergyPj", lines[0], StringComparison.Ordinal);
        for (int i = 0; i < points.Length; i++)
        {
            await System.IO.File.WriteAllTextAsync(policy, points[i].GetProperty("policy").GetRawText());
            CliRun compiled = await CliRun.Of(
                ["compile", File("models/motion.onnx"), "--hardware", "isaac", "--policy", policy, .. schedule, "--json"]);
            Assert.True(compiled.ExitCode == ExitCode.Ok, compiled.Error);
            JsonElement own = points[i].GetProperty("schedule");
            JsonElement other = compiled.Json.GetProperty("cost").GetProperty("schedule");
            foreach (string figure in new[] { "latencyNs", "throughputPerSecond", "energyPj" })
            {
                double expected = other.GetProperty(figure).GetDouble();
                Assert.Equal(expected, own.GetProperty(figure).GetDouble(), expected * 1e-9);
            }

            Assert.Equal(own.GetProperty("latencyNs").GetDouble(), double.Parse(lines[i + 1].Split(',')[6], CultureInfo.InvariantCulture));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Losses_of_a_front_are_those_through_the_converters_of_the_profile()
    {
        string folder = Directory.CreateTempSubdirectory("cim-pareto-").FullName, narrow = Path.Combine(folder, "narrow.json");
        await System.IO.File.WriteAllTextAsync(narrow, """{ "base": "isaac", "name": "narrow", "adcBits": 3 }""");
        async Task<double> OfTheWidest(string hardware)
        {
            CliRun run = await CliRun.Of("pareto", File("models/motion.onnx"), "--hardware", hardware, "--calibration",
                File("data/calibration.npz"), "--points", "2", "--json");
            Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
            return run.Json.GetProperty("points").EnumerateArray().Last().GetProperty("validationLoss").GetDouble();
        }

        (double wide, double lossy) = (await OfTheWidest("isaac"), await OfTheWidest(narrow));
        Assert.InRange(wide, -5, 5);
        Assert.InRange(lossy, wide + 2, 100);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Copies_of_a_front_without_a_schedule_are_wrong_usage()
    {
        CliRun run = await CliRun.Of(
            "pareto", File("models/motion.onnx"), "--calibration", File("data/calibration.npz"), "--copies-within", "60");
        Assert.Contains("CIM0010: --copies-within is about the copies of a schedule", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Locking_first_and_compiling_then_is_compiling_at_once()
    {
        string folder = Directory.CreateTempSubdirectory("cim-lock").FullName;
        string At(string name) => Path.Combine(folder, name);
        string[] arguments = [
            "compile", File("models/motion.onnx"), "--hardware", "cim-aq-4b", "--calibration", File("data/calibration.npz"),
            "--search", "exact", "--search-evaluations", "4", "--max-accuracy-loss", "5"];
        CliRun locked = await CliRun.Of([.. arguments, "--lock", At("two.json"), "--lock-only", "--json"]);
        Assert.True(locked.ExitCode == ExitCode.Ok, locked.Error);
        Assert.Equal(["two.json"], Directory.GetFiles(folder).Select(Path.GetFileName));
        CliRun after = await CliRun.Of([.. arguments, "--lock", At("two.json"), "-o", At("two.cim")]);
        CliRun once = await CliRun.Of([.. arguments, "--lock", At("one.json"), "-o", At("one.cim")]);
        Assert.True(after.ExitCode == ExitCode.Ok && once.ExitCode == ExitCode.Ok, after.Error + once.Error);
        Assert.DoesNotContain("searching", after.Error, StringComparison.Ordinal);
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(At("one.json")), await System.IO.File.ReadAllBytesAsync(At("two.json")));
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(At("one.cim")), await System.IO.File.ReadAllBytesAsync(At("two.cim")));
    }

    [Fact]
    public async Task A_lock_of_other_inputs_is_an_error_that_names_them_or_is_refreshed_with_a_warning()
    {
        string folder = Directory.CreateTempSubdirectory("cim-refresh").FullName, path = Path.Combine(folder, "m.cim.lock.json");
        Task<CliRun> Lock(params string[] more) =>
            CliRun.Of(["compile", File("models/motion.onnx"), "--hardware", "cim-aq-4b", "--calibration", File("data/calibration.npz"),
            "--search", "exact", "--search-evaluations", "3", "--max-accuracy-loss", "5", "--lock", path, "--lock-only", .. more]);
        Assert.Equal(ExitCode.Ok, (await Lock()).ExitCode);
        byte[] first = await System.IO.File.ReadAllBytesAsync(path);
        CliRun refused = await Lock("--seed", "1");
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains("CIM1010", refused.Error, StringComparison.Ordinal);
        Assert.Contains("seed=0", refused.Error, StringComparison.Ordinal);
        Assert.Equal(first, await System.IO.File.ReadAllBytesAsync(path));

        CliRun refreshed = await Lock("--seed", "1", "--refresh-lock");
        Assert.Equal(ExitCode.Ok, refreshed.ExitCode);
        Assert.Contains("warning CIM1010", refreshed.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await Lock("--seed", "1")).ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Sensitivity_estimates_measures_and_compares_and_a_second_time_comes_from_the_cache()
    {
        string cache = Directory.CreateTempSubdirectory("cim-sensitivity").FullName;
        string[] arguments = ["sensitivity", File("models/motion.onnx"), "--calibration", File("data/calibration.npz"), "--samples", "64",
            "--probes", "2", "--cache", cache, "--json"];
        CliRun first = await CliRun.Of(arguments), second = await CliRun.Of([.. arguments, "--detail"]);
        Assert.True(first.ExitCode == ExitCode.Ok, first.Error);
        JsonElement layer = first.Json.GetProperty("layers")[0];
        Assert.Equal(7, layer.GetProperty("widths").GetArrayLength());
        Assert.True(layer.GetProperty("fisherTrace").GetDouble() > 0);
        Assert.Equal(4, first.Json.GetProperty("proxies").GetArrayLength());
        Assert.Equal(first.Json.GetProperty("proxies")[0].GetProperty("name").GetString(), first.Json.GetProperty("best").GetString());
        Assert.DoesNotContain("measuring", second.Error, StringComparison.Ordinal);
        Assert.Equal(
            layer.GetProperty("hessianTrace").GetDouble(), second.Json.GetProperty("layers")[0].GetProperty("hessianTrace").GetDouble());
        Assert.True(second.Json.GetProperty("layers")[0].GetProperty("channels").GetArrayLength() > 0);
        Directory.Delete(cache, recursive: true);
    }

    [Fact]
    public async Task Only_locking_needs_a_lock_file()
    {
        CliRun run = await CliRun.Of("compile", File("models/motion.onnx"), "--lock-only");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--lock-only writes nothing but the lock file", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("genetic", 2, "CIM0010")]
    [InlineData("rl", 1, "CIM3011")]
    [InlineData("exact", 1, "CIM3011")]
    public async Task A_search_that_is_unknown_or_has_no_samples_is_an_error(string search, int exitCode, string code)
    {
        CliRun run = await CliRun.Of("compile", File("models/motion.onnx"), "--search", search);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("error " + code, run.Error, StringComparison.Ordinal);
    }

    private static string File(string relative) => Path.Combine(_sample, relative);

    private static string FindSample()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !System.IO.File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        return Path.Combine(d!.FullName, "samples", "MotionSensor");
    }
}
