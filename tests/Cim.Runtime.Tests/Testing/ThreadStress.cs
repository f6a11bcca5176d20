using System.Diagnostics;

namespace Cim.Runtime.Tests.Testing;

/// <summary>
/// Many threads on shared models: every kind of run, mistakes of callers, cancellation, models disposed while they run, and a
/// garbage collector that moves whatever nobody holds. Whatever is not exactly as documented is a fault.
/// </summary>
internal sealed class ThreadStress(int seed) : IDisposable
{
    private readonly StressCase[] _cases = StressCase.All();
    private readonly List<string> _faults = [];
    private long _runs, _refused, _disposed;

    /// <summary>Runs that gave results, runs that were refused as they had to be, and runs that met a disposed model.</summary>
    public (long Runs, long Refused, long Disposed) Counts => (_runs, _refused, _disposed);

    /// <summary>Runs for a time; returns what went wrong.</summary>
    public IReadOnlyList<string> Run(TimeSpan time, int threads)
    {
        var clock = Stopwatch.StartNew();
        Thread[] workers =
        [
            .. Enumerable.Range(0, threads).Select(t => new Thread(() => Loop(new Random(seed + t), clock, time, One))),
            new(() => Loop(new Random(seed - 1), clock, time, Disturb)),
        ];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
        return _faults;
    }

    public void Dispose()
    {
        foreach (StressCase one in _cases) one.Dispose();
    }

    private void Loop(Random random, Stopwatch clock, TimeSpan time, Action<Random> action)
    {
        while (clock.Elapsed < time && _faults.Count < 20)
        {
            try
            {
                action(random);
            }
            catch (Exception e)
            {
                Fault(e.ToString());
            }
        }
    }

    private void Disturb(Random random)
    {
        Thread.Sleep(random.Next(1, 30));
        if (random.Next(3) == 0) _cases[random.Next(_cases.Length)].Replace();
        else if (random.Next(3) == 0) GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    private void One(Random random)
    {
        StressCase one = _cases[random.Next(_cases.Length)];
        int first = random.Next(StressCase.Samples), count = random.Next(1, StressCase.Samples - first + 1);
        RunOptions options = StressCase.Options(random, first);
        string? mistake = random.Next(6) switch { 0 => ErrorCodes.BufferMismatch, 1 => ErrorCodes.NonFiniteInput, _ => null };
        bool cancels = mistake is null && random.Next(10) == 0;
        try
        {
            float[][] actual = random.Next(2) == 0 && one.Inputs.Length == 1 && one.Info.Outputs.Length == 1
                ? RunSpans(one, first, count, options, mistake, cancels)
                : RunMemory(one, first, count, options, mistake, cancels);
            if (mistake is not null) Fault($"a mistake was accepted ({mistake})");
            float[][] expected = one.Expected(options, first, count);
            for (int o = 0; o < expected.Length; o++)
                if (!expected[o].AsSpan().SequenceEqual(actual[o]))
                    Fault($"output {o} of samples {first} to {first + count} differs at {options}");
            Interlocked.Increment(ref _runs);
        }
        catch (CimException e) when (e.Code == mistake)
        {
            Interlocked.Increment(ref _refused);
        }
        catch (OperationCanceledException) when (cancels)
        {
            Interlocked.Increment(ref _refused);
        }
        catch (ObjectDisposedException)
        {
            Interlocked.Increment(ref _disposed);
        }
    }

    private static float[][] RunSpans(StressCase one, int first, int count, RunOptions options, string? mistake, bool cancels)
    {
        float[] x = Input(one, 0, first, count, mistake);
        float[][] outputs = one.Outputs(count);
        one.Model.Run(x, outputs[0], count, options, Cancellation(cancels));
        return outputs;
    }

    private float[][] RunMemory(StressCase one, int first, int count, RunOptions options, string? mistake, bool cancels)
    {
        float[][] sources = [.. one.Inputs.Select((_, i) => Input(one, i, first, count, mistake)), .. one.Outputs(count)];
        PinnedFloats[] memory = [.. sources.Select(s => new PinnedFloats(s.Length))];
        for (int i = 0; i < memory.Length; i++) sources[i].CopyTo(memory[i].GetSpan());
        int inputs = one.Inputs.Length;
        try
        {
            one.Model.Run([.. memory.Take(inputs).Select(m => (ReadOnlyMemory<float>)m.Memory)],
                [.. memory.Skip(inputs).Select(m => m.Memory)], count, options, Cancellation(cancels));
        }
        finally
        {
            if (memory.Any(m => m.Pins != 0)) Fault("memory is still held after a run");
            if (memory.Any(m => m.Overreleased)) Fault("memory was let go of twice");
        }

        return [.. memory.Skip(inputs).Select(m => m.GetSpan().ToArray())];
    }

    private static float[] Input(StressCase one, int input, int first, int count, string? mistake)
    {
        float[] x = StressCase.Slice(one.Inputs[input], one.Info.Inputs[input].SampleLength, first, count);
        bool last = input == one.Inputs.Length - 1;
        if (last && mistake == ErrorCodes.BufferMismatch) return x[1..];
        if (last && mistake == ErrorCodes.NonFiniteInput) x[^1] = float.NaN;
        return x;
    }

    private static CancellationToken Cancellation(bool cancels) =>
        cancels ? new CancellationTokenSource(TimeSpan.FromMilliseconds(1)).Token : CancellationToken.None;

    private void Fault(string what)
    {
        lock (_faults) _faults.Add(what);
    }
}
