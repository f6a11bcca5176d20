using System.Diagnostics;
using System.Globalization;

namespace Cim.Bench.Common.Tool;

/// <summary>A command in a process of its own, watched from outside.</summary>
internal sealed class WatchedProcess
{
    /// <summary>Looking takes time that the watched process would have: a fifteenth of a processor every 20 ms.</summary>
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(3), _often = TimeSpan.FromMilliseconds(20),
        _seldom = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private double _lastTime;

    private WatchedProcess()
    {
    }

    public int ExitCode { get; private set; }

    public double Seconds { get; private set; }

    public double CpuSeconds { get; private set; }

    /// <summary>The most memory that was resident.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>The longest time without a line, in seconds.</summary>
    public double Silence { get; private set; }

    /// <summary>The line before it.</summary>
    public string SilentAfter { get; private set; } = "";

    public string LastLine { get; private set; } = "";

    /// <summary>Seconds from the interrupt to the end.</summary>
    public double CancelSeconds { get; private set; }

    /// <summary>Runs a command.</summary>
    /// <param name="command">What starts <c>cim</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="interruptAfter">Sends SIGINT after that time; null = never.</param>
    /// <param name="cancellation">Kills it.</param>
    public static async Task<WatchedProcess> RunAsync(
        string[] command, string[] arguments, TimeSpan? interruptAfter, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var watched = new WatchedProcess();
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task output = process.StandardOutput.ReadToEndAsync(CancellationToken.None), lines = watched.ReadAsync(process.StandardError),
            exit = process.WaitForExitAsync(CancellationToken.None);
        double interrupted = double.NaN;
        while (!exit.IsCompleted)
        {
            watched.Sample(process);
            if (double.IsNaN(interrupted) && watched._time.Elapsed > interruptAfter)
            {
                interrupted = watched._time.Elapsed.TotalSeconds;
                using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync(CancellationToken.None);
            }

            await Task.WhenAny(exit, Task.Delay(watched._time.Elapsed < _settling ? _often : _seldom, CancellationToken.None));
        }

        watched.Seconds = watched._time.Elapsed.TotalSeconds;
        (watched.CancelSeconds, watched.ExitCode) = (watched.Seconds - interrupted, process.ExitCode);
        await Task.WhenAll(output, lines);
        cancellation.ThrowIfCancellationRequested();
        watched.Heard("");
        return watched;
    }

    private void Sample(Process process)
    {
        try
        {
            process.Refresh();
            PeakMegabytes = Math.Max(PeakMegabytes, process.PeakWorkingSet64 / 1e6);
            CpuSeconds = Math.Max(CpuSeconds, process.TotalProcessorTime.TotalSeconds);
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the answer.
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line) Heard(line);
    }

    private void Heard(string line)
    {
        lock (_lock)
        {
            double now = _time.Elapsed.TotalSeconds;
            if (now - _lastTime > Silence) (Silence, SilentAfter) = (now - _lastTime, LastLine);
            _lastTime = now;
            if (line.Length > 0) LastLine = line.Length > 100 ? line[..100] : line;
        }
    }
}
