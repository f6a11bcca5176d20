using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>
/// Runs random cases of one kind. A case may succeed or end in an error with a documented code; any other exception, more than thirty
/// seconds and more than 2 GB are faults, each reported with its case and seed. <c>CIM_FUZZ_CASES</c> (5,000) and <c>CIM_FUZZ_SEED</c> (1)
/// choose what is run; <c>build/fuzz.sh</c> sets them and collects the figures from the file <c>CIM_FUZZ_REPORT</c>.
/// </summary>
/// <param name="kind">The name of the kind in the figures.</param>
/// <param name="output">Receives the figures.</param>
/// <param name="orElse">How many cases, if nobody says.</param>
internal sealed class FuzzRun(string kind, ITestOutputHelper output, int orElse = 5000)
{
    private const long MostBytes = 2L << 30;

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _crashes = [], _large = [], _wrong = [];
    private int _case = -1;
    private long _started;

    private int Cases { get; } = FuzzSettings.Cases(orElse);

    public static ulong Seed => FuzzSettings.Seed;

    /// <summary>Runs the cases.</summary>
    /// <param name="cases">Makes them.</param>
    /// <param name="run">Runs one; an assertion that fails is a wrong result.</param>
    /// <param name="text">A case for people.</param>
    public void Run<T>(Gen<T> cases, Action<T> run, Func<T, string> text)
    {
        var worker = new Thread(() =>
        {
            for (int i = 0; i < Cases; i++)
            {
                T made = cases.Generate(new PCG((uint)i, Seed), null, out _);
                Volatile.Write(ref _started, Environment.TickCount64);
                Volatile.Write(ref _case, i);
                One(i, () => run(made), () => text(made));
            }

            Volatile.Write(ref _case, Cases);
        }, 16 << 20)
        { IsBackground = true };
        worker.Start();
        bool hangs = false;
        while (!hangs && !worker.Join(200))
            hangs = Volatile.Read(ref _case) >= 0 && Environment.TickCount64 - Volatile.Read(ref _started) > _longest.TotalMilliseconds;
        Report(hangs ? 1 : 0);
        Assert.False(hangs, $"{kind}: case {_case} of seed {Seed} runs for more than {_longest.TotalSeconds} s");
        string[] faults = [.. _crashes, .. _large, .. _wrong];
        Assert.True(faults.Length == 0, $"{kind}: {faults.Length} faults\n{string.Join("\n", faults.Take(10))}");
        Assert.True(_outcomes.GetValueOrDefault("success") > 0,
            $"{kind}: no case succeeded, so little was reached: {string.Join(", ", _outcomes)}");
    }

    private void One(int number, Action run, Func<string> text)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string outcome = "success";
        try
        {
            run();
        }
        catch (CimException e) when (e.Code != ErrorCodes.Unexpected)
        {
            outcome = e.Code;
            if (!Documented(e.Code) || e.Message.Length == 0) _wrong.Add(Fault(number, text, e));
            if (e.Message.Contains("System.", StringComparison.Ordinal) || e.Message.Contains("Cim.Training", StringComparison.Ordinal))
                _wrong.Add(Fault(number, text, e));
        }
        catch (Xunit.Sdk.XunitException e)
        {
            _wrong.Add(Fault(number, text, e));
        }
        catch (Exception e)
        {
            _crashes.Add(Fault(number, text, e));
        }

        if (GC.GetAllocatedBytesForCurrentThread() - before > MostBytes) _large.Add(Fault(number, text, null));
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
    }

    private void Report(int hangs)
    {
        string line = FormattableString.Invariant($"{kind} {Math.Max(0, _case)} {_crashes.Count} {hangs} {_large.Count} {_wrong.Count}");
        output.WriteLine($"{line}: {string.Join(", ", _outcomes.Select(o => $"{o.Key} {o.Value}"))}");
        if (Environment.GetEnvironmentVariable("CIM_FUZZ_REPORT") is { Length: > 0 } file) File.AppendAllText(file, line + "\n");
    }

    private static string Fault(int number, Func<string> text, Exception? e) =>
        $"case {number} of seed {Seed}: {(e is null ? "more than 2 GB" : string.Join("\n", e.ToString().Split('\n').Take(8)))}\n{text()}";

    private static bool Documented(string code) =>
        typeof(ErrorCodes).GetFields().Any(f => f.GetValue(null) as string == code);
}
