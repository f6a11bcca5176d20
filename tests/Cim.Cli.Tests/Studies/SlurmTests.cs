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
        Assert.Equal(0, (await cluster.Run("scancel", $"{job}_{Cancelled}")).Code);
        await TestCluster.Until(async () => await State(Cancelled) is not ("RUNNING" or "COMPLETING"), 60, "the task is cancelled");
        await File.WriteAllTextAsync(net.At("cancelled"), ""); // Not before: a task that has just begun would see it and compute.
        (code, output) = await cluster.RestartController();
        Assert.True(code == 0, output);

        await TestCluster.Until(Ended, 420, "all tasks and the gathering have ended");
        // A slow machine may run out of the time limit once more.
        Assert.Matches("Restarts=[1-3]", (await cluster.Run("scontrol", "show", "job", $"{job}_{Killed}")).Output);
        Assert.Matches("Restarts=[1-3]", (await cluster.Run("scontrol", "show", "job", $"{job}_{TimedOut}")).Output);
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

    [SlurmFact]
    public async Task A_search_goes_on_round_after_round_with_the_bytes_of_one_process()
    {
        using StudyNetwork net = await StudyNetwork.Create();
        string[] line = net.Search("evolutionary");
        CliRun one = await CliRun.Of([.. line, "-o", net.At("one.cim")]);
        Assert.True(one.ExitCode == ExitCode.Ok, one.Error);
        await using TestCluster cluster = await TestCluster.Start();
        string store = net.At("store");
        // A unit and a job that continues the search are killed once.
        await File.WriteAllTextAsync(net.At("setup.sh"), """
            case "$SLURM_JOB_NAME-${SLURM_ARRAY_TASK_ID:-}" in
            cim-units-1) victim=unit ;;
            cim-gather-) victim=gather ;;
            *) victim= ;;
            esac
            if [ -n "$victim" ] && mkdir "$STORE/killed-$victim" 2> /dev/null; then
                ( for _ in $(seq 600); do pkill -KILL -P $$ -f "'$victim'|$victim" && break; sleep 0.05; done ) &
            fi

            """.Replace("$STORE", net.At(""), StringComparison.Ordinal));
        JsonElement first = Json(await cluster.Cim([.. line, "-o", net.At("many.cim"), "--store", store, "--split-search", "--submit",
            "slurm", "--slurm-option", "time=00:05:00", "--slurm-setup", net.At("setup.sh"), "--json"]));
        Assert.Equal(0, first.GetProperty("units").GetInt32());
        await TestCluster.Until(() => Task.FromResult(File.Exists(net.At("many.cim"))), 500, "the search has ended");
        Assert.Equal(await File.ReadAllBytesAsync(net.At("one.cim")), await File.ReadAllBytesAsync(net.At("many.cim")));
        Assert.Equal(await File.ReadAllBytesAsync(net.At("one.cim.trials.json")),
            await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(store, "trials"), "*.json").Single()));
        Assert.True(Directory.Exists(net.At("killed-unit")) && Directory.Exists(net.At("killed-gather")));
        JsonElement status = Json(await cluster.Cim("study", "status", store, "--json"));
        Assert.Equal(status.GetProperty("units").GetInt32(), status.GetProperty("done").GetInt32());
        Assert.InRange(status.GetProperty("units").GetInt32(), 3, 12);
    }

    private static JsonElement Json((int Code, string Output) run)
    {
        Assert.True(run.Code == ExitCode.Ok, run.Output);
        return JsonDocument.Parse(run.Output).RootElement;
    }
}
