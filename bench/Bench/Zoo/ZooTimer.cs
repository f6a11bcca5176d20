using System.Diagnostics;

namespace Cim.Bench.Zoo;

/// <summary>Time of the clock and of the processors: on a machine that does something else, the second is the fairer one.</summary>
/// <param name="Seconds">Of the clock.</param>
/// <param name="Processor">Of all processors together.</param>
internal sealed record ZooTimer(double Seconds, double Processor)
{
    /// <summary>Begins.</summary>
    public static ZooTimer Start() => new(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, Used());

    /// <summary>What has passed since.</summary>
    public ZooTimer Stop() => Start() is var now ? new ZooTimer(now.Seconds - Seconds, now.Processor - Processor) : this;

    private static double Used() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
