using System.Runtime.CompilerServices;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>A test that starts a Slurm cluster of its own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (OperatingSystem.IsWindows() || Environment.UserName != "root") Skip = "slurmd and slurmctld have to be started by root";
        else if (new[] { "slurmctld", "slurmd", "munged" }.FirstOrDefault(p => !Has(p)) is { } missing)
            Skip = $"{missing} is not on this machine (apt-get install slurmctld slurmd slurm-client munge)";
    }

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
