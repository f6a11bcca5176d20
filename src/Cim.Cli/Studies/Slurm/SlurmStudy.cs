using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Studies.Slurm;

/// <summary>A study on a cluster.</summary>
/// <param name="store">Its store.</param>
/// <param name="units">Its units.</param>
internal sealed class SlurmStudy(StudyStore store, IReadOnlyList<StudyUnit> units)
{
    private string JobsFile => store.At("slurm", "jobs.json");

    /// <summary>What was submitted so far; null if nothing was.</summary>
    public SlurmJobs? Jobs => StudyStore.Read(JobsFile, SlurmJson.Relaxed.SlurmJobs);

    /// <summary>Submits units that have no result and are in no queue, and a job that puts the result together.</summary>
    /// <param name="settings">How they run.</param>
    /// <param name="command">The words that start the <c>cim</c> command.</param>
    /// <returns>The arrays, and the number of the last job; no job if nothing was missing and nothing is in a queue.</returns>
    /// <exception cref="Cim.Runtime.CimException">CIM0052: Slurm refuses.</exception>
    public (IReadOnlyList<SlurmSubmission> Arrays, string? Gather) Submit(SlurmSettings settings, ImmutableArray<string> command)
    {
        ImmutableArray<UnitState> states = States();
        int[] missing = [.. Enumerable.Range(0, units.Count).Where(i => states[i] is UnitState.Missing or UnitState.Failed)];
        var scripts = new SlurmScripts(store, command, settings);
        string array = store.At("slurm", "units.sh"), gather = store.At("slurm", "gather.sh");
        Save(array, scripts.Units());
        Save(gather, scripts.Gather());
        Directory.CreateDirectory(store.At("logs"));

        var submitted = new List<SlurmSubmission>();
        IReadOnlyList<SlurmSubmission> earlier = Jobs?.Submissions ?? [];
        foreach (SlurmTasks tasks in SlurmTasks.Of(missing, SlurmCluster.ArraySize()))
        {
            string most = settings.Parallel > 0 ? string.Create(CultureInfo.InvariantCulture, $"%{settings.Parallel}") : "";
            string job = SlurmCluster.Submit($"--array={tasks}{most}", array, tasks.Offset.ToString(CultureInfo.InvariantCulture));
            submitted.Add(new SlurmSubmission(job, tasks.Offset, tasks.ToString()));
            // After each, so that an array is known even if the next is refused.
            StudyStore.Write(JobsFile, new SlurmJobs(settings.Options, settings.Setup, settings.Parallel, [.. earlier, .. submitted]),
                SlurmJson.Relaxed.SlurmJobs);
        }

        string[] waited = [.. submitted.Select(s => s.Job), .. Waiting(states)];
        return (submitted, waited.Length == 0 ? null : SlurmCluster.Submit($"--dependency=afterany:{string.Join(':', waited)}", gather));
    }

    /// <summary>Where every unit is.</summary>
    public ImmutableArray<UnitState> States()
    {
        IReadOnlySet<string> done = store.Done(), failed = store.Failed();
        IReadOnlyList<SlurmSubmission> submissions = Jobs?.Submissions ?? [];
        IReadOnlyDictionary<string, string> queue = submissions.Count == 0 ? ImmutableDictionary<string, string>.Empty
            : SlurmCluster.Queue(submissions.Select(s => s.Job));
        IReadOnlyDictionary<string, string> accounts = submissions.Count == 0 ? ImmutableDictionary<string, string>.Empty
            : SlurmCluster.Accounts(submissions.Select(s => s.Job));
        return [.. units.Select((unit, i) => done.Contains(unit.Id) && store.Result(unit) is not null ? UnitState.Done
            : Tasks(submissions, i).Select(queue.GetValueOrDefault).OfType<string>().FirstOrDefault() is { } state
                ? state is "PENDING" or "CONFIGURING" or "REQUEUED" ? UnitState.Waiting : UnitState.Running
            : failed.Contains(unit.Id) || Tasks(submissions, i).Any(accounts.ContainsKey) ? UnitState.Failed : UnitState.Missing)];
    }

    /// <summary>The log of a unit's last task; null if there is none.</summary>
    public string? Log(int unit) => Tasks(Jobs?.Submissions ?? [], unit).Reverse()
        .Select(task => store.At("logs", $"{task}.log")).FirstOrDefault(File.Exists);

    private IEnumerable<string> Waiting(ImmutableArray<UnitState> states) => (Jobs?.Submissions ?? [])
        .Where(s => Enumerable.Range(0, units.Count).Any(i => states[i] is UnitState.Waiting or UnitState.Running && Has(s, i)))
        .Select(s => s.Job).Distinct();

    private static IEnumerable<string> Tasks(IEnumerable<SlurmSubmission> submissions, int unit) => submissions
        .Where(s => Has(s, unit)).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Job}_{unit - s.Offset}"));

    private static bool Has(SlurmSubmission submission, int unit) =>
        unit >= submission.Offset && SlurmTasks.Contains(submission.Tasks, unit - submission.Offset);

    private static void Save(string path, string script) =>
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(script)));
}
