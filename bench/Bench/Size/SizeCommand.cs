using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;
using static System.FormattableString;

namespace Cim.Bench.Size;

/// <summary><c>bench size</c>: what compiling large networks takes.</summary>
internal sealed class SizeCommand : BenchCommand
{
    private static readonly string[] _dataEndings = [".npz", ".npy"];

    private readonly Argument<string?> _folder = new("folder")
    {
        Description = "A folder of .onnx files, each with calibration samples in an .npz or .npy file of its name; default: networks with "
            + "random weights that are made here.",
        DefaultValueFactory = _ => null,
    };

    private readonly Option<string[]> _networks;
    private readonly Option<string> _hardware;
    private readonly Option<int> _samples;
    private readonly Option<bool> _cancel;

    public SizeCommand()
        : base("size", "size", "Seconds, memory, the longest silence and the time to cancel of compiling large networks.")
    {
        Arguments.Add(_folder);
        _networks = AddList("--networks", string.Join(',', LargeNetworks.Names), "The networks made here.", LargeNetworks.Names);
        _hardware = Add("--hardware", "isaac", "The hardware.");
        _samples = Add("--samples", 16, "Calibration samples of the networks made here.");
        _cancel = Add("--cancel", true, "Compile once more and interrupt it in the middle.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        Directory.CreateDirectory(run.Artifacts);
        IEnumerable<(string Name, string Model, string? Data)> cases = parsed.GetValue(_folder) is { } folder
            ? Files(folder)
            : parsed.GetValue(_networks)!
                .Select(name => LargeNetworks.Write(name, run.Artifacts, parsed.GetValue(_samples)));
        ResultReport report = run.Report("size");
        report.Line($"Load of the machine: {MachineLoad.Text()}. Silence is the longest time without a line of progress.");
        report.Line();
        report.Head("network", "result", "seconds", "CPU seconds", "peak MB", "longest silence s", "after", "cancelled after s",
            "exit code");
        foreach ((string name, string model, string? data) in cases)
        {
            BenchRun.Progress($"compiling {name}");
            string[] arguments =
            [
                "compile", model, "-o", Path.Combine(run.Artifacts, "size.cim"), "--hardware", parsed.GetValue(_hardware)!, "--json",
                .. data is null ? [] : new[] { "--calibration", data },
            ];
            WatchedProcess whole = await WatchedProcess.RunAsync(run.Cim.Command, arguments, null, cancellation);
            WatchedProcess? stopped = parsed.GetValue(_cancel) && whole.ExitCode == 0 && !OperatingSystem.IsWindows()
                ? await WatchedProcess.RunAsync(
                    run.Cim.Command, arguments, TimeSpan.FromSeconds(whole.Seconds / 2), cancellation)
                : null;
            report.Row(name, whole.ExitCode == 0 ? "compiled" : whole.LastLine, Invariant($"{whole.Seconds:F1}"),
                Invariant($"{whole.CpuSeconds:F1}"), Invariant($"{whole.PeakMegabytes:F0}"), Invariant($"{whole.Silence:F1}"),
                whole.SilentAfter, stopped is null ? "–" : Invariant($"{stopped.CancelSeconds:F1}"),
                stopped is null ? "–" : Invariant($"{stopped.ExitCode}"));
        }
    }

    private static IEnumerable<(string Name, string Model, string? Data)> Files(string folder)
    {
        foreach (string model in Directory.GetFiles(folder, "*.onnx").Order(StringComparer.Ordinal))
        {
            string? data = _dataEndings.Select(ending => Path.ChangeExtension(model, ending)).FirstOrDefault(File.Exists);
            yield return (Path.GetFileNameWithoutExtension(model), model, data);
        }
    }
}
