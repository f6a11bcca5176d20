using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>Studies that are cut into units, without a cluster.</summary>
public sealed class StudyTests : IAsyncLifetime
{
    private StudyNetwork _net = null!;

    private string Store => _net.At("store");

    public async ValueTask InitializeAsync() => _net = await StudyNetwork.Create();

    public ValueTask DisposeAsync()
    {
        _net.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Units_in_any_order_give_the_bytes_of_one_process()
    {
        Dictionary<string, byte[]> expected = await _net.OfOneProcess();
        Assert.Equal(25, await Prepare());
        Assert.False(Directory.Exists(_net.At("out")));
        foreach (int unit in Enumerable.Range(0, 25).OrderBy(i => i * 7 % 25)) await Ok("unit", $"{unit}", "--store", Store);
        CliRun gathered = await Ok("gather", Store);
        Assert.Equal(expected, _net.Files());
        Assert.Contains("programmingError.sigma", gathered.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_with_the_same_command()
    {
        Dictionary<string, byte[]> expected = await _net.OfOneProcess();
        await Prepare();
        await Ok("unit", "3", "--store", Store);
        CliRun rest = await Ok([.. _net.Sweep, "--store", Store]);
        Assert.DoesNotContain("Unit 3 of", rest.Error, StringComparison.Ordinal);
        Assert.Contains("Unit 4 of", rest.Error, StringComparison.Ordinal);
        Assert.Equal(expected, _net.Files());
    }

    [Fact]
    public async Task A_unit_with_a_result_is_not_computed_again_and_a_damaged_result_is()
    {
        await Prepare();
        await Ok("unit", "1", "--store", Store);
        string file = Assert.Single(Results());
        byte[] result = await File.ReadAllBytesAsync(file);
        Assert.True((await Ok("unit", "1", "--store", Store, "--json")).Json.GetProperty("wasDone").GetBoolean());
        await File.WriteAllBytesAsync(file, result[..(result.Length / 2)]);
        Assert.False((await Ok("unit", "1", "--store", Store, "--json")).Json.GetProperty("wasDone").GetBoolean());
        Assert.Equal(Parts(result), Parts(await File.ReadAllBytesAsync(file)));
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        await Prepare();
        await Ok("unit", "0", "--store", Store);
        CliRun run = await CliRun.Of("gather", Store);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0051", run.Error, StringComparison.Ordinal);
        Assert.Contains("24 of 25 units have no result (1, 2, 3, 4, 5, ...)", run.Error, StringComparison.Ordinal);
        JsonElement status = (await Ok("study", "status", Store, "--json")).Json;
        Assert.Equal((25, 1, 24), (status.GetProperty("units").GetInt32(), status.GetProperty("done").GetInt32(),
            status.GetProperty("missing").GetInt32()));
    }

    [Fact]
    public async Task A_store_of_another_study_or_of_another_version_is_refused_with_both_named()
    {
        await Prepare();
        CliRun other = await CliRun.Of(
            "sweep", _net.At("net.cim"), "--data", _net.At("data.npz"), "--vary", "adcBits=4", "--store", Store);
        Assert.Equal(ExitCode.Failed, other.ExitCode);
        Assert.Contains("CIM0050", other.Error, StringComparison.Ordinal);
        string key = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Store, "study.json"))).RootElement.GetProperty("key")
            .GetString()!;
        Assert.Matches(
            $"holds the study {key[..12]} \\('cim sweep .*adcBits=5..8.*'\\), and this is [0-9a-f]{{12}} "
            + "\\('cim sweep .*--vary=adcBits=4'\\):",
            other.Error);

        string study = Path.Combine(Store, "study.json");
        await File.WriteAllTextAsync(
            study, (await File.ReadAllTextAsync(study)).Replace("\"sdk\": \"", "\"sdk\": \"9", StringComparison.Ordinal));
        CliRun version = await CliRun.Of("unit", "0", "--store", Store);
        Assert.Matches("CIM0050: The study was made by version 9[^ ]* of the SDK, and this is version ", version.Error);
    }

    [Fact]
    public async Task A_store_of_another_build_of_the_same_version_is_refused_with_both_named()
    {
        await Prepare();
        string study = Path.Combine(Store, "study.json"), text = await File.ReadAllTextAsync(study);
        Assert.Contains($"\"build\": \"{SdkBuild.Current}\"", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(study, text.Replace(SdkBuild.Current, "0123", StringComparison.Ordinal));
        CliRun run = await CliRun.Of("unit", "0", "--store", Store);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Matches(
            $"CIM0050: The study was made by build 0123 of version [^ ]* of the SDK, and this is build {SdkBuild.Current};", run.Error);
    }

    [Fact]
    public async Task A_study_whose_data_have_changed_is_refused()
    {
        await Prepare();
        File.Delete(_net.At("data.npz"));
        _net.Replace("data.npz");
        CliRun run = await CliRun.Of("unit", "0", "--store", Store);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0050", run.Error, StringComparison.Ordinal);
        Assert.Empty(Results());
    }

    [Fact]
    public async Task A_unit_whose_result_cannot_be_written_fails_alone_and_is_told()
    {
        await Prepare();
        string id = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Store, "study.json"))).RootElement
            .GetProperty("units")[2].GetProperty("id").GetString()!;
        Directory.CreateDirectory(Path.Combine(Store, "results"));
        await File.WriteAllTextAsync(Path.Combine(Store, "results", id[..2]), "in the way");
        CliRun run = await CliRun.Of("unit", "2", "--store", Store);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0008", run.Error, StringComparison.Ordinal);
        JsonElement failure = (await Ok("study", "status", Store, "--json")).Json.GetProperty("firstFailure");
        Assert.Equal((2, "CIM0008"), (failure.GetProperty("unit").GetInt32(), failure.GetProperty("code").GetString()));

        File.Delete(Path.Combine(Store, "results", id[..2]));
        await Ok("unit", "2", "--store", Store);
        Assert.Equal(JsonValueKind.Null, (await Ok("study", "status", Store, "--json")).Json.GetProperty("firstFailure").ValueKind);
    }

    [Fact]
    public async Task A_unit_whose_error_cannot_be_written_either_is_counted_as_failed_with_its_code()
    {
        await Prepare();
        string id = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Store, "study.json"))).RootElement
            .GetProperty("units")[2].GetProperty("id").GetString()!;
        await File.WriteAllTextAsync(Path.Combine(Store, "results"), "in the way");
        await File.WriteAllTextAsync(Path.Combine(Store, "failures"), "in the way");
        Assert.Contains("CIM0008", (await CliRun.Of("unit", "2", "--store", Store)).Error, StringComparison.Ordinal);
        File.Delete(Path.Combine(Store, "results"));
        File.Delete(Path.Combine(Store, "failures"));
        JsonElement status = (await Ok("study", "status", Store, "--json")).Json;
        Assert.Equal(1, status.GetProperty("failed").GetInt32());
        Assert.Equal("CIM0008", status.GetProperty("firstFailure").GetProperty("code").GetString());
        Assert.Contains("one failed with CIM0008", (await CliRun.Of("gather", Store)).Error, StringComparison.Ordinal);

        await Ok("unit", "2", "--store", Store);
        Assert.Equal(0, (await Ok("study", "status", Store, "--json")).Json.GetProperty("failed").GetInt32());
        Assert.Empty(Directory.GetFiles(Store, $"{id}*"));
    }

    [Fact]
    public async Task Two_processes_on_one_unit_do_no_harm()
    {
        await Prepare();
        CliRun[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => CliRun.Of("unit", "5", "--store", Store))));
        Assert.All(runs, run => Assert.True(run.ExitCode == ExitCode.Ok, run.Error));
        Assert.Single(Results());
        Assert.Empty(Directory.GetFiles(Store, "*.tmp", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("--submit needs --store", "--submit", "none")]
    [InlineData("--submit is 'lsf'", "--store", "STORE", "--submit", "lsf")]
    [InlineData("--unit-parts has no effect without --store", "--unit-parts", "2")]
    [InlineData("--slurm-parallel has no effect without --submit slurm", "--store", "STORE", "--slurm-parallel", "2")]
    [InlineData("a study sets 'array' itself", "--store", "STORE", "--submit", "slurm", "--dry-run", "--slurm-option", "array=1")]
    [InlineData("must be an option of sbatch", "--store", "STORE", "--submit", "slurm", "--dry-run", "--slurm-option", "--time=1")]
    public async Task Options_that_do_not_go_together_are_wrong_usage(string message, params string[] more)
    {
        CliRun run = await CliRun.Of([.. _net.Sweep, .. more.Select(m => m == "STORE" ? Store : m)]);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store));
    }

    [Fact]
    public async Task A_dry_run_prints_every_call_of_sbatch_and_both_scripts_and_writes_nothing()
    {
        string[] line = [.. _net.Sweep, "--store", Store, "--submit", "slurm", "--slurm-option", "partition=cpu",
            "--slurm-option", "mem=4G", "--slurm-option", "time=00:10:00", "--slurm-parallel", "3", "--dry-run"];
        JsonElement dry = (await Ok([.. line, "--unit-parts", "2", "--json"])).Json.GetProperty("dryRun");
        Assert.Equal(
            [$"sbatch --array=0-12%3 {Path.Combine(Store, "slurm", "units.sh")} 0",
            $"sbatch --dependency=afterany:JOBS {Path.Combine(Store, "slurm", "gather.sh")}"],
            dry.GetProperty("commands").EnumerateArray().Select(c => c.GetString()!));
        foreach (string script in new[] { "units", "gather" })
            Assert.All(["#SBATCH --partition=cpu\n", "#SBATCH --mem=4G\n", "#SBATCH --time=00:10:00\n", "#SBATCH --requeue\n"],
                option => Assert.Contains(option, dry.GetProperty(script).GetString()!, StringComparison.Ordinal));
        string text = (await Ok(line)).Output;
        Assert.Contains("# 25 units of one part; without --dry-run one is timed first", text, StringComparison.Ordinal);
        Assert.Contains(dry.GetProperty("gather").GetString()!, text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Store));
    }

    [Theory]
    [InlineData("-1"), InlineData("25")]
    public async Task A_unit_that_does_not_exist_is_wrong_usage(string unit)
    {
        await Prepare();
        CliRun run = await CliRun.Of("unit", unit, "--store", Store);
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains("the study has units 0 to 24", run.Error, StringComparison.Ordinal);
    }

    private async Task<int> Prepare() =>
        (await Ok([.. _net.Sweep, "--store", Store, "--submit", "none", "--unit-parts", "1", "--json"])).Json.GetProperty("units")
            .GetInt32();

    private string[] Results() => Directory.Exists(Path.Combine(Store, "results"))
        ? Directory.GetFiles(Path.Combine(Store, "results"), "*.json", SearchOption.AllDirectories) : [];

    private static string Parts(byte[] result) =>
        string.Join(' ', JsonDocument.Parse(result).RootElement.GetProperty("parts").EnumerateArray()
        .Select(p => $"{p.GetProperty("correct")}/{p.GetProperty("samples")}"));

    private static async Task<CliRun> Ok(params string[] arguments)
    {
        CliRun run = await CliRun.Of(arguments);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        return run;
    }
}
