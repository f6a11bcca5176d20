using System.CommandLine;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using static System.FormattableString;

namespace Cim.Bench.Speed;

/// <summary><c>bench speed layers</c>: the crossbar layers of ResNet-20 alone, random weights, one thread.</summary>
internal sealed class LayersCommand : BenchCommand
{
    private readonly Option<string[]> _fidelities;
    private readonly Option<int> _repetitions;

    public LayersCommand()
        : base("layers", "speed", "The crossbar layers of ResNet-20 alone, random weights, one thread; the best of many runs.")
    {
        _fidelities = AddList("--fidelities", string.Join(',', LayerSpeed.Fidelities), "The fidelities.", LayerSpeed.Fidelities);
        _repetitions = Add("--repetitions", 100, "Runs of a layer, of which the fastest counts; four times as many for exact.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Report("layers");
        report.Line(Invariant($"Peak of one thread: {Peak.ByteProducts() / 1e9:F0} G byte products/s, {Peak.ShortProducts() / 1e9:F0} ")
            + $"G 16-bit products/s. Load of the machine: {MachineLoad.Text()}.");
        report.Line();
        report.Head("fidelity", "cells", "ms/image", "GMAC/s", "s to prepare");
        foreach (string fidelity in parsed.GetValue(_fidelities)!)
            foreach (bool isSliced in fidelity == "exact" ? [false] : new[] { false, true })
            {
                (double milliseconds, double seconds) = LayerSpeed.Measure(fidelity, isSliced, parsed.GetValue(_repetitions));
                report.Row(
                    fidelity, fidelity == "exact" ? "" : isSliced ? "4 slices, offset" : "1 slice, pairs", Invariant($"{milliseconds:F3}"),
                    Invariant($"{ResNet20.MillionMacs / milliseconds:F1}"), Invariant($"{seconds:F1}"));
            }

        return Task.CompletedTask;
    }
}
