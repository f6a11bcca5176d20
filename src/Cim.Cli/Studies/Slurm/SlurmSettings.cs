using System.Collections.Immutable;
using Cim.Compiler.Messages;

namespace Cim.Cli.Studies.Slurm;

/// <summary>How units run on a cluster.</summary>
/// <param name="Options">Options of sbatch (<c>partition=cpu</c>, <c>time=00:30:00</c>, <c>exclusive</c>), for every task.</param>
/// <param name="Setup">Lines of a shell before the command, for example <c>module load dotnet</c>; null for none.</param>
/// <param name="Parallel">At most this many tasks at a time; 0 = as many as the cluster has room for.</param>
internal sealed record SlurmSettings(ImmutableArray<string> Options, string? Setup, int Parallel)
{
    private static readonly ImmutableArray<string> _own =
        ["array", "chdir", "dependency", "error", "job-name", "no-requeue", "open-mode", "output", "parsable", "requeue", "signal", "wrap"];

    /// <summary>An option of sbatch.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0010: it is none, or one that a study sets itself.</exception>
    public static string CheckedOption(string text)
    {
        string name = text.Split('=')[0];
        if (name.Length == 0 || !char.IsAsciiLetterLower(name[0])
            || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            || text.Any(char.IsControl))
            throw OptionError.Usage(
                $"--slurm-option is '{text}'; it must be an option of sbatch without dashes in front, as in partition=cpu or exclusive.");
        return _own.Contains(name)
            ? throw OptionError.Usage($"--slurm-option is '{text}', but a study sets '{name}' itself; leave it out.")
            : text;
    }
}
