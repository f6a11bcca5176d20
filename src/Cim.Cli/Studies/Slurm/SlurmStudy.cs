using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Studies.Slurm;

/// <summary>A study on a cluster.</summary>
/// <param name="store">Its store.</param>
/// <param name="study">The study.</param>
/// <param name="cluster">The cluster.</param>
internal sealed class SlurmStudy(StudyStore store, StudyDocument study, SlurmCluster cluster)
{
    private readonly IReadOnlyList<StudyUnit> _units = study.Units;

    private string JobsFile => store.At("slurm", "jobs.json");

    /// <summary>What was submitted so far; null if nothing was.</summary>
    public SlurmJobs? Jobs => StudyStore.Read(JobsFile, SlurmJson.Relaxed.SlurmJobs);

    /// <summary>Whether units were added to the study and never submitted: who added them was ended before it could.</summary>
    public bool HasUnsubmitted
    {
        get
        {
            IReadOnlyList<SlurmSubmission> submissions = Jobs?.Submissions ?? [];
            return Enumerable.Range(0, _units.Count).Any(i => !Tasks(submissions, i).Any());
        }
    }

    /// <summary>Submits units that have no result and are in no queue, and a job that puts the result together or continues the
    /// study.</summary>
    /// <param name="settings">How they run.</param>
    /// <param name="command">The words that start the <c>cim</c> command.</param>
    /// <returns>The arrays, and the number of the last job; no job if nothing was missing and nothing is in a queue.</returns>
    /// <exception cref="CimException">CIM0052: Slurm refuses, or does not answer.</exception>
    public async Task<(IReadOnlyList<SlurmSubmission> Arrays, string? Gather)> Submit(
        SlurmSettings settings, ImmutableArray<string> command)
    {
        (ImmutableArray<UnitState> states, string? silent) = await States();
        if (silent is not null)
            throw new CimException(ErrorCodes.ClusterRefused,
                $"{silent} So it is not known which units are in a queue, and nothing was submitted. Try again later.");
        int[] missing = [.. Enumerable.Range(0, _units.Count).Where(i => states[i] is UnitState.Missing or UnitState.Failed)];
        var scripts = new SlurmScripts(store, command, settings);
        string array = store.At("slurm", "units.sh"), gather = store.At("slurm", "gather.sh");
        Save(array, scripts.Units());
        Save(gather, scripts.Gather(study.Grows));
        Directory.CreateDirectory(store.At("logs"));

        SlurmJobs jobs = (Jobs ?? new SlurmJobs([], null, 0, [])).With(settings);
        int before = jobs.Submissions.Count;
        foreach (SlurmTasks tasks in SlurmTasks.Of(missing, missing.Length == 0 ? 1 : await cluster.ArraySize()))
        {
            string job = await cluster.Submit(
                ArrayOption(tasks, settings), array, tasks.Offset.ToString(CultureInfo.InvariantCulture));
            // After each, so that an array is known even if the next is refused.
            Store(jobs = jobs with { Submissions = [.. jobs.Submissions, new SlurmSubmission(job, tasks.Offset, tasks.ToString())] });
        }

        IReadOnlyList<SlurmSubmission> submitted = [.. jobs.Submissions.Skip(before)];
        string[] waited = [.. submitted.Select(s => s.Job), .. Waiting(states)];
        if (waited.Length > 0)
            Store(jobs = jobs with { Gather = await cluster.Submit($"--dependency=afterany:{string.Join(':', waited)}", gather) });
        else if (!study.Grows) return (submitted, null);
        else if (await GatherState() is null) Store(jobs = jobs with { Gather = await cluster.Submit(gather) });
        return (submitted, jobs.Gather);
    }

    /// <summary>The option of sbatch that makes these tasks a job array.</summary>
    public static string ArrayOption(SlurmTasks tasks, SlurmSettings settings) => $"--array={tasks}"
        + (settings.Parallel > 0 ? string.Create(CultureInfo.InvariantCulture, $"%{settings.Parallel}") : "");

    /// <summary>The state of the last job that puts results together or continues the study, while it is in the queue; else
    /// null.</summary>
    public async Task<string?> GatherState() =>
        Jobs?.Gather is { } job ? (await cluster.Queue([job])).States.Values.FirstOrDefault() : null;

    /// <summary>Where every unit is, and why its place in a queue is not known if Slurm does not answer.</summary>
    public async Task<(ImmutableArray<UnitState> States, string? Silent)> States()
    {
        IReadOnlySet<string> done = store.Done(), failed = store.Failed();
        IReadOnlyList<SlurmSubmission> submissions = Jobs?.Submissions ?? [];
        string[] jobs = [.. submissions.Select(s => s.Job)];
        SlurmTable queue = await cluster.Queue(jobs);
        // What does not answer once is not asked again: a person waits.
        SlurmTable accounts = queue.Silent is null ? await cluster.Accounts(jobs) : SlurmTable.Empty;
        return ([.. _units.Select((unit, i) => done.Contains(unit.Id) && store.Result(unit) is not null ? UnitState.Done
            : Tasks(submissions, i).Select(queue.States.GetValueOrDefault).OfType<string>().FirstOrDefault() is { } state
                ? state is "PENDING" or "CONFIGURING" or "REQUEUED" ? UnitState.Waiting : UnitState.Running
            : failed.Contains(unit.Id) || Tasks(submissions, i).Any(accounts.States.ContainsKey) ? UnitState.Failed : UnitState.Missing)],
            queue.Silent);
    }

    /// <summary>The log of a unit's last task; null if there is none.</summary>
    public string? Log(int unit) => Tasks(Jobs?.Submissions ?? [], unit).Reverse()
        .Select(task => store.At("logs", $"{task}.log")).FirstOrDefault(File.Exists);

    private void Store(SlurmJobs jobs) => StudyStore.Write(JobsFile, jobs, SlurmJson.Relaxed.SlurmJobs);

    private IEnumerable<string> Waiting(ImmutableArray<UnitState> states) => (Jobs?.Submissions ?? [])
        .Where(s => Enumerable.Range(0, _units.Count).Any(i => states[i] is UnitState.Waiting or UnitState.Running && Has(s, i)))
        .Select(s => s.Job).Distinct();

    private static IEnumerable<string> Tasks(IEnumerable<SlurmSubmission> submissions, int unit) => submissions
        .Where(s => Has(s, unit)).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Job}_{unit - s.Offset}"));

    private static bool Has(SlurmSubmission submission, int unit) =>
        unit >= submission.Offset && SlurmTasks.Contains(submission.Tasks, unit - submission.Offset);

    private static void Save(string path, string script) =>
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(script)));
}
