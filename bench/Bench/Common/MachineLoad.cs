namespace Cim.Bench.Common;

/// <summary>How busy the machine is with everything it runs.</summary>
internal static class MachineLoad
{
    /// <summary>The average over the last minute, with the number of processors.</summary>
    public static string Text() => File.Exists("/proc/loadavg")
        ? $"{File.ReadAllText("/proc/loadavg").Split(' ')[0]} on {Environment.ProcessorCount} processors"
        : "unknown";
}
