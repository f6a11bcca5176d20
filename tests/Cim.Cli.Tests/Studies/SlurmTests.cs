using System.Text.Json;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>A study on a real Slurm, with everything that happens to jobs there.</summary>
public sealed class SlurmTests
{
    private const int Killed = 5, Cancelled = 7, TimedOut = 9;

    // What goes wrong goes wrong the first time only.
    private static readonly string _faults = $$"""
        case "$SLURM_ARRAY_TASK_ID-${SLURM_RESTART_COUNT:-0}" in
        {{Killed}}-0) ( for _ in $(seq 600); do pkill -KILL -P $$ -f 'unit' && break; sleep 0.05; done ) & ;;
        {{Cancelled}}-0) [ -f "$CIM_TEST_FOLDER/cancelled" ] || { sleep 600 & wait $!; } ;;
        {{TimedOut}}-0) sleep 600 & wait $! ;;
        esac

        """;

    [SlurmFact]
    public async Task A_study_survives_kill_cancel_time_out_and_a_restart_of_the_controller_with_the_bytes_of_one_process()
    {
        using StudyNetwork net = await StudyNetwork.Create();
        Dictionary<string, byte[]> expected = await net.OfOneProcess();
        await using TestCluster cluster = await TestCluster.Start();
        string store = net.At("store");
        await File.WriteAllTextAsync(net.At("setup.sh"),
            $"export CIM_TEST_FOLDER='{net.At("")}'\n{_faults}");

        (int code, string output) = await cluster.Cim([.. net.Sweep, "--store", store, "--submit", "slurm", "--unit-parts", "1",
            "--slurm-option", "time=00:01:00", "--slurm-setup", net.At("setup.sh"), "--json"]);
        Assert.True(code == 0, output);
        string job = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement.GetProperty("jobs")[0]
            .GetProperty("job").GetString()!;

        await TestCluster.Until(async () => await State(Cancelled) == "RUNNING", 120, "the task that is to be cancelled runs");
        await File.WriteAllTextAsync(net.At("cancelled"), "");
        Assert.Equal(0, (await cluster.Run("scancel", $"{job}_{Cancelled}")).Code);
        (code, output) = await cluster.RestartController();
        Assert.True(code == 0, output);

        await TestCluster.Until(Ended, 420, "all tasks and the gathering have ended");
        Assert.Contains("Restarts=1", (await cluster.Run("scontrol", "show", "job", $"{job}_{Killed}")).Output, StringComparison.Ordinal);
        Assert.Contains("Restarts=1", (await cluster.Run("scontrol", "show", "job", $"{job}_{TimedOut}")).Output, StringComparison.Ordinal);
        JsonElement status = Json(await cluster.Cim("study", "status", store, "--json"));
        Assert.Equal((25, 24), (status.GetProperty("units").GetInt32(), status.GetProperty("done").GetInt32()));
        Assert.False(Directory.Exists(net.At("out")));

        JsonElement again = Json(await cluster.Cim("study", "resume", store, "--json"));
        Assert.Equal($"{Cancelled}", Assert.Single(again.GetProperty("jobs").EnumerateArray()).GetProperty("tasks").GetString());
        await TestCluster.Until(Ended, 120, "what was submitted again has ended");
        Assert.Equal(expected, net.Files());
        Assert.Equal(25, Directory.GetFiles(Path.Combine(store, "results"), "*.json", SearchOption.AllDirectories).Length);

        async Task<string> State(int task) =>
            (await cluster.Run("squeue", "--noheader", "--array", $"--jobs={job}_{task}", "--format=%T")).Output.Trim();
        async Task<bool> Ended()
        {
            (int code, string output) = await cluster.Run("squeue", "--noheader");
            return code == 0 && output.Trim().Length == 0;
        }
    }

    private static JsonElement Json((int Code, string Output) run)
    {
        Assert.True(run.Code == ExitCode.Ok, run.Output);
        return JsonDocument.Parse(run.Output).RootElement;
    }
}
