using System.Text.Json;
using Cim.Cli.Commands.Doctor;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

public sealed class DoctorCommandTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-doctor-test").FullName;

    [Fact]
    public async Task On_a_machine_that_runs_these_tests_nothing_has_failed()
    {
        CliRun run = await CliRun.Of("doctor", "--json", "--cache-dir", Path.Combine(_folder, "new"));
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.True(run.Json.GetProperty("ok").GetBoolean());
        JsonElement[] checks = [.. run.Json.GetProperty("checks").EnumerateArray()];
        Assert.Equal(
            ["cim", "processor", "memory", "temporary files", "cache of compiled models", "ONNX Runtime", "compiler and simulator",
                ".NET SDK"],
            checks.Select(c => c.GetProperty("name").GetString()!));
        Assert.DoesNotContain(checks, c => c.GetProperty("state").GetString() == "failed");
        Assert.All(checks, c => Assert.Equal(
            c.GetProperty("state").GetString() == "ok", c.GetProperty("cure").ValueKind == JsonValueKind.Null));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "new")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_fails_and_says_what_to_do()
    {
        string file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "no folder");
        CliRun run = await CliRun.Of("doctor", "--cache-dir", file);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("FAILED  cache of compiled models", run.Output, StringComparison.Ordinal);
        Assert.Contains("CimCacheDir", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_throws_has_failed_with_its_message_and_cure()
    {
        DoctorCheck check = DoctorCheck.Try("part", "Mend it.", () => throw new InvalidOperationException("broken\nin two"));
        Assert.Equal(new DoctorCheck("part", DoctorState.Failed, "broken in two", "Mend it."), check);
    }
}
