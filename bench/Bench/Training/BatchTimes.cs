using System.Diagnostics;

namespace Cim.Bench.Training;

/// <summary>Milliseconds of a batch.</summary>
/// <param name="Best">The fastest.</param>
/// <param name="Median">The middle one.</param>
internal sealed record BatchTimes(double Best, double Median)
{
    /// <summary>Times an action.</summary>
    public static BatchTimes Measure(Action batch, int repetitions)
    {
        double[] times = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            batch();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return Of(times);
    }

    /// <summary>From single times.</summary>
    public static BatchTimes Of(IReadOnlyCollection<double> times)
    {
        double[] sorted = [.. times.Order()];
        return new BatchTimes(sorted[0], sorted[sorted.Length / 2]);
    }
}
