using System.Diagnostics;
using System.Globalization;

namespace Cim.Bench.Wild;

/// <summary>What a process did.</summary>
/// <param name="ExitCode">Its exit code; null if it was ended at the time limit.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="CpuSeconds">How long processors ran it.</param>
/// <param name="PeakMegabytes">Its largest resident memory; 0 where the system does not say.</param>
internal sealed record ProcessResult(int? ExitCode, string Output, string Error, double Seconds, double CpuSeconds, double PeakMegabytes);

/// <summary>Runs a program with a time limit and measures its memory.</summary>
internal static class MeasuredProcess
{
    private const int PollMilliseconds = 50;

    public static async Task<ProcessResult> RunAsync(IReadOnlyList<string> command, int seconds, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        double peak = 0, processors = 0;
        bool isEnded = false;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            processors = Math.Max(processors, ProcessorSeconds(process));
            if (clock.Elapsed.TotalSeconds > seconds || cancellation.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                isEnded = true;
                break;
            }

            await Task.Delay(PollMilliseconds, CancellationToken.None);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return new ProcessResult(
            isEnded ? null : process.ExitCode, await output, await error, clock.Elapsed.TotalSeconds, processors, peak);
    }

    private static double ProcessorSeconds(Process process)
    {
        try
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
        catch (InvalidOperationException)
        {
            return 0; // It ended between the question and the answer.
        }
    }

    /// <summary>Linux keeps the largest resident size of a process as long as it lives.</summary>
    private static double PeakOf(int id)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.AsSpan(6, line.Length - 8), CultureInfo.InvariantCulture) / 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
