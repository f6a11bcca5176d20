using System.Diagnostics;
using Cim.Cli.Studies;
using Cim.Cli.Studies.Slurm;
using Cim.Runtime;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>Commands of Slurm that do not answer.</summary>
public sealed class SlurmClusterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-silent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [UnixFact]
    public async Task A_question_that_is_not_answered_ends_and_says_so()
    {
        (SlurmTable table, string pid) = await With("sleep 600", cluster => cluster.Queue(["1"]), TimeSpan.FromSeconds(1));
        Assert.Empty(table.States);
        Assert.Equal("squeue did not answer within 1 s.", table.Silent);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(int.Parse(pid, null)));
    }

    [UnixFact]
    public async Task A_submission_that_is_not_answered_may_have_been_made()
    {
        CimException e = await Assert.ThrowsAsync<CimException>(
            () => With("sleep 600", cluster => cluster.Submit("a.sh"), TimeSpan.FromSeconds(0.3)));
        Assert.Equal(ErrorCodes.ClusterRefused, e.Code);
        Assert.Contains("sbatch did not answer within 1.8 s. The job may have been submitted all the same", e.Message,
            StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_cancelled_question_ends_at_once()
    {
        using var cancelled = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => With("sleep 600", cluster => cluster.Queue(["1"]), TimeSpan.FromMinutes(10), cancelled.Token));
    }

    [UnixFact]
    public async Task An_answer_is_read_task_by_task()
    {
        (SlurmTable table, _) = await With("echo '7_0|RUNNING'; echo '7_1|PENDING'", c => c.Queue(["7"]), TimeSpan.FromMinutes(10));
        Assert.Equal(("RUNNING", "PENDING", null), (table.States["7_0"], table.States["7_1"], table.Silent));
    }

    [UnixFact]
    public async Task Units_of_a_round_that_nobody_submitted_are_seen()
    {
        var store = new StudyStore(Path.Combine(_folder, "store"));
        StudyUnit[] units = [new("a0", 0, 1, "first"), new("b1", 1, 1, "second")];
        var study = new StudyDocument { Sdk = "1", Key = "k", Arguments = [], Units = units[..1], Grows = true };
        var settings = new SlurmSettings([], null, 0);
        await With("[ \"$1\" = --noheader ] || echo 7", async cluster =>
        {
            Assert.True(new SlurmStudy(store, study, cluster).HasUnsubmitted);
            Assert.Equal("7", (await new SlurmStudy(store, study, cluster).Submit(settings, ["cim"])).Gather);
            Assert.False(new SlurmStudy(store, study, cluster).HasUnsubmitted);
            Assert.True(new SlurmStudy(store, study with { Units = units }, cluster).HasUnsubmitted);
            return 0;
        }, TimeSpan.FromMinutes(10));
    }

    [UnixFact]
    public async Task Nothing_is_submitted_where_the_queue_is_not_known()
    {
        var study = new StudyDocument { Sdk = "1", Key = "k", Arguments = [], Units = [new("a0", 0, 1, "first")] };
        var store = new StudyStore(Path.Combine(_folder, "store"));
        StudyStore.Write(Path.Combine(store.Folder, "slurm", "jobs.json"), new SlurmJobs([], null, 0, [new("7", 0, "0")]),
            SlurmJson.Relaxed.SlurmJobs);
        CimException e = await Assert.ThrowsAsync<CimException>(() => With("sleep 600",
            cluster => new SlurmStudy(store, study, cluster).Submit(new SlurmSettings([], null, 0), ["cim"]), TimeSpan.FromSeconds(0.5)));
        Assert.Contains("squeue did not answer within 0.5 s. So it is not known which units are in a queue", e.Message,
            StringComparison.Ordinal);
    }

    /// <summary>Asks a cluster whose programs are a script, in a folder that is searched first; what it said, and its process.</summary>
    private async Task<(T Answer, string Pid)> With<T>(
        string script, Func<SlurmCluster, Task<T>> ask, TimeSpan patience, CancellationToken cancellation = default)
    {
        string pid = Path.Combine(_folder, "pid");
        foreach (string program in new[] { "squeue", "sbatch", "sacct", "scontrol" })
        {
            string path = Path.Combine(_folder, program);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\necho $$ > '{pid}'\n{script}\n", CancellationToken.None);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        T answer = await ask(new SlurmCluster(patience, cancellation) { Folder = _folder });
        return (answer, (await File.ReadAllTextAsync(pid, CancellationToken.None)).Trim());
    }
}
