using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Studies.Slurm;

/// <summary>What Slurm says of tasks.</summary>
/// <param name="States">The state of each, by <c>job_task</c>.</param>
/// <param name="Silent">Why nothing is known, where a program did not answer in time; else null.</param>
internal sealed record SlurmTable(IReadOnlyDictionary<string, string> States, string? Silent = null)
{
    /// <summary>Nothing.</summary>
    public static SlurmTable Empty { get; } = new(ImmutableDictionary<string, string>.Empty);
}

/// <summary>The commands of Slurm, run as a person would run them, and ended where they do not answer.</summary>
/// <param name="patience">How long a question may take.</param>
/// <param name="cancellation">Ends a command at once.</param>
internal sealed class SlurmCluster(TimeSpan patience, CancellationToken cancellation)
{
    /// <summary>How long a question may take: a busy controller takes seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A submission has more time than a query, because one that was stopped may have succeeded.</summary>
    private const int SubmissionPatience = 6;

    /// <summary>What Slurm allows where its configuration says nothing.</summary>
    private const int StandardArraySize = 1001;

    /// <summary>Where the programs lie; null = where the system finds them.</summary>
    public string? Folder { get; init; }

    /// <summary>Tasks of an array are numbered below this.</summary>
    public async Task<int> ArraySize()
    {
        Answer answer = await Ask("scontrol", "show", "config");
        string? line = answer.Text?.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith("MaxArraySize", StringComparison.Ordinal));
        return int.TryParse(line?.Split('=')[^1], NumberStyles.Integer, CultureInfo.InvariantCulture, out int size) && size > 1
            ? size
            : StandardArraySize;
    }

    /// <summary>Submits a script.</summary>
    /// <param name="arguments">Options, the script, and its arguments.</param>
    /// <returns>The number of the job.</returns>
    /// <exception cref="CimException">CIM0052: there is no sbatch, or it refuses or does not answer.</exception>
    public async Task<string> Submit(params string[] arguments)
    {
        Answer answer = await Run(patience * SubmissionPatience, "sbatch", ["--parsable", .. arguments]);
        return answer.Text?.Trim().Split(';')[0]
            ?? throw new CimException(ErrorCodes.ClusterRefused, answer.Silent is { } silent
                ? $"{silent} The job may have been submitted all the same: look with squeue before 'cim study resume'." : answer.Refused!);
    }

    /// <summary>Tasks that wait or run; none if Slurm knows none of the jobs any more.</summary>
    public async Task<SlurmTable> Queue(IReadOnlyCollection<string> jobs) => jobs.Count == 0 ? SlurmTable.Empty
        : Table(await Ask("squeue", "--noheader", "--array", $"--jobs={string.Join(',', jobs)}", "--format=%F_%K|%T"));

    /// <summary>Tasks that have ended; none where the cluster keeps no accounts.</summary>
    public async Task<SlurmTable> Accounts(IReadOnlyCollection<string> jobs) => jobs.Count == 0 ? SlurmTable.Empty
        : Table(await Ask(
            "sacct", "--noheader", "--parsable2", "--allocations", $"--jobs={string.Join(',', jobs)}", "--format=JobID,State"));

    private static SlurmTable Table(Answer answer)
    {
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] fields in (answer.Text ?? "").Split('\n').Select(l => l.Trim().Split('|')).Where(f => f.Length == 2))
            table[fields[0]] = fields[1].Split(' ')[0];
        return new SlurmTable(table, answer.Silent);
    }

    private Task<Answer> Ask(string program, params string[] arguments) => Run(patience, program, arguments);

    private async Task<Answer> Run(TimeSpan limit, string program, string[] arguments)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limit);
        try
        {
            var start = new ProcessStartInfo(Folder is null ? program : Path.Combine(Folder, program), arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            try
            {
                Task<string> output = process.StandardOutput.ReadToEndAsync(time.Token);
                Task<string> error = process.StandardError.ReadToEndAsync(time.Token);
                await process.WaitForExitAsync(time.Token);
                string text = await output, message = await error;
                if (process.ExitCode == 0) return new Answer(text, null, null);
                string failed = string.Create(CultureInfo.InvariantCulture, $"{program} failed with exit code {process.ExitCode}: ");
                return new Answer(null, null, $"{failed}{message.Trim()}. It was called as: {program} {string.Join(' ', arguments)}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                return new Answer(null, string.Create(
                    CultureInfo.InvariantCulture, $"{program} did not answer within {limit.TotalSeconds:0.#} s."), null);
            }
        }
        catch (Win32Exception e)
        {
            return new Answer(null, null,
                $"{program} cannot be started ({e.Message}). Submit on a machine that has the commands of Slurm, or use --submit none.");
        }
    }

    /// <summary>What a program said, or why it said nothing.</summary>
    private sealed record Answer(string? Text, string? Silent, string? Refused);
}
