using Cim.Tests.Shared;
using CsCheck;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>
/// The numbered cases of a kind, on two threads. <c>CIM_FUZZ_CASES</c> and <c>CIM_FUZZ_SEED</c> (1) choose them; <c>build/fuzz.sh</c>
/// sets both and collects a line of figures for each kind from the file <c>CIM_FUZZ_REPORT</c>.
/// </summary>
internal static class FuzzCases
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);

    /// <summary>What may be wrong with a case.</summary>
    public enum Fault
    {
        Crash,
        Large,
        Wrong,
    }

    /// <summary>Runs cases; fails with the first faults.</summary>
    /// <param name="kind">The name in the figures.</param>
    /// <param name="orElse">How many cases, if nobody says.</param>
    /// <param name="check">What is wrong with the case of a number, or null.</param>
    public static int Run(string kind, int orElse, Func<int, (Fault Kind, string Text)?> check)
    {
        int cases = FuzzSettings.Cases(orElse), next = -1, hangs = 0;
        ulong seed = FuzzSettings.Seed;
        var faults = new List<(Fault Kind, string Text)>();
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(Work))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        int Count(Fault fault) => faults.Count(f => f.Kind == fault);
        string line = FormattableString.Invariant($"{kind} {cases} {Count(Fault.Crash)} {hangs} {Count(Fault.Large)} {Count(Fault.Wrong)}");
        if (Environment.GetEnvironmentVariable("CIM_FUZZ_REPORT") is { Length: > 0 } file) File.AppendAllText(file, line + "\n");
        Assert.True(faults.Count + hangs == 0, $"{line}\n{string.Join("\n", faults.Take(10).Select(f => f.Text))}");
        return cases;

        void Work()
        {
            while (hangs == 0 && Interlocked.Increment(ref next) is var i && i < cases)
            {
                int number = Gen.Int.Generate(new PCG((uint)i, seed), null, out Size _);
                (Fault, string)? fault = null;
                // A thread of its own, so that a case that does not end is a failure with a number and not a test that hangs.
                var worker = new Thread(() => fault = check(number)) { IsBackground = true };
                worker.Start();
                bool ends = worker.Join(_longest);
                lock (faults)
                {
                    if (!ends)
                        (hangs, fault) = (hangs + 1, (Fault.Wrong, $"case {number} runs for more than {_longest.TotalSeconds} seconds"));
                    if (fault is { } found) faults.Add(found);
                }
            }
        }
    }
}
