using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Studies.Slurm;

/// <summary>The commands of Slurm, run as a person would run them.</summary>
internal static class SlurmCluster
{
    /// <summary>What Slurm allows where its configuration says nothing.</summary>
    private const int StandardArraySize = 1001;

    /// <summary>Tasks of an array are numbered below this.</summary>
    public static int ArraySize()
    {
        if (TryRun("scontrol", "show", "config") is not { } config) return StandardArraySize;
        string? line = config.Split('\n').FirstOrDefault(l => l.TrimStart().StartsWith("MaxArraySize", StringComparison.Ordinal));
        return int.TryParse(line?.Split('=')[^1], NumberStyles.Integer, CultureInfo.InvariantCulture, out int size) && size > 1
            ? size
            : StandardArraySize;
    }

    /// <summary>Submits a script.</summary>
    /// <param name="arguments">Options, the script, and its arguments.</param>
    /// <returns>The number of the job.</returns>
    /// <exception cref="CimException">CIM0052: there is no sbatch, or it refuses.</exception>
    public static string Submit(params ReadOnlySpan<string> arguments) => Run("sbatch", ["--parsable", .. arguments]).Trim().Split(';')[0];

    /// <summary>Tasks that wait or run, as <c>job_task</c>, each with its state; empty if Slurm knows none of the jobs any more.</summary>
    public static IReadOnlyDictionary<string, string> Queue(IEnumerable<string> jobs) =>
        Table(TryRun("squeue", "--noheader", "--array", $"--jobs={string.Join(',', jobs)}", "--format=%F_%K|%T"));

    /// <summary>Tasks that have ended, as <c>job_task</c>, each with its state; empty where the cluster keeps no accounts.</summary>
    public static IReadOnlyDictionary<string, string> Accounts(IEnumerable<string> jobs) =>
        Table(TryRun("sacct", "--noheader", "--parsable2", "--allocations", $"--jobs={string.Join(',', jobs)}", "--format=JobID,State"));

    private static Dictionary<string, string> Table(string? lines)
    {
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] fields in (lines ?? "").Split('\n').Select(l => l.Trim().Split('|')).Where(f => f.Length == 2))
            table[fields[0]] = fields[1].Split(' ')[0];
        return table;
    }

    private static string? TryRun(string program, params string[] arguments)
    {
        try
        {
            return Run(program, arguments);
        }
        catch (CimException e) when (e.Code == ErrorCodes.ClusterRefused)
        {
            return null;
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : throw new CimException(ErrorCodes.ClusterRefused,
                $"{program} failed with exit code {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}. It was called as: {program} "
                + $"{string.Join(' ', arguments)}");
        }
        catch (Win32Exception e)
        {
            throw new CimException(ErrorCodes.ClusterRefused,
                $"{program} cannot be started ({e.Message}). Submit on a machine that has the commands of Slurm, or use --submit none.", e);
        }
    }
}
