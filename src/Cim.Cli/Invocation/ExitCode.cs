namespace Cim.Cli.Invocation;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command ran and failed: bad input, missed budget, unexpected error.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>Interrupted by Ctrl-C or SIGTERM.</summary>
    public const int Cancelled = 130;
}
