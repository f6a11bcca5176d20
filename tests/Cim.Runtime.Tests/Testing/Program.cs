using System.Globalization;
using Xunit.Runner.InProc.SystemConsole;

namespace Cim.Runtime.Tests.Testing;

/// <summary>The test assembly as a program: runs the tests, prints what kernels compute, so that tests can compare processes with other
/// instruction sets, or puts shared models under stress for minutes.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["--digest"]:
                foreach ((string name, string digest) in KernelDigest.All()) Console.WriteLine($"{name} {digest}");
                return 0;
            case ["--stress", string minutes] when double.TryParse(minutes, NumberStyles.Float, CultureInfo.InvariantCulture, out double m)
                && m is > 0 and < 1e5:
                return Stress(TimeSpan.FromMinutes(m));
            default:
                return await ConsoleRunner.Run(args);
        }
    }

    private static int Stress(TimeSpan time)
    {
        int seed = Environment.TickCount;
        Console.WriteLine(FormattableString.Invariant($"Threads on shared models for {time.TotalMinutes} minutes, seed {seed}."));
        using var stress = new ThreadStress(seed);
        IReadOnlyList<string> faults = stress.Run(time, Math.Max(6, 2 * Environment.ProcessorCount));
        foreach (string fault in faults) Console.Error.WriteLine(fault);
        (long runs, long refused, long disposed) = stress.Counts;
        Console.WriteLine(
            $"{runs} runs as expected, {refused} refused as documented, {disposed} on disposed models, {faults.Count} faults.");
        return faults.Count == 0 ? 0 : 1;
    }
}
