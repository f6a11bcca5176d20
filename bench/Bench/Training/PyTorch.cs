using System.Diagnostics;
using System.Globalization;
using Cim.Bench.Common;

namespace Cim.Bench.Training;

/// <summary>The same network and batch in PyTorch, which must run in Python.</summary>
internal static class PyTorch
{
    /// <summary>Runs <c>pytorch_speed.py</c>, which prints the milliseconds of every batch.</summary>
    public static BatchTimes Measure(BenchRun run, string network, int threads, int batch, int repetitions)
    {
        string script = Path.Combine(run.Repository.Bench, "Bench", "Training", "pytorch_speed.py");
        string[] arguments = [script, network, Text(threads), Text(batch), Text(repetitions)];
        using Process process = Process.Start(
            new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchException("PyTorch did not run; install it for python3 (Debian package python3-torch, or pip install torch).");
        return BatchTimes.Of([.. output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))]);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
