using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Tests.Scheduling;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Bench.Scheduling;

/// <summary><c>bench schedule networks</c>: how long a schedule of a network at 224x224 takes to make, import included.</summary>
internal sealed class LargeNetworksCommand : BenchCommand
{
    private readonly Option<string[]> _networks;
    private readonly Option<string[]> _hardware;

    public LargeNetworksCommand()
        : base("networks", "schedule", "How long does mapping, placing and scheduling of a large network take, and in how much memory?")
    {
        _networks = AddList<string>("--networks", "resnet18,vgg16,vit-b32", "The networks.");
        _hardware = AddList<string>("--hardware", "isaac,pimcomp", "The chips.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Report("networks");
        report.Line("| network | hardware | arrays of the chip | arrays once | parts | layer by layer | schedule | faster | images/s | "
            + "limited by | seconds | peak memory so far |");
        report.Line("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (string hardware in parsed.GetValue(_hardware)!)
            foreach (string name in parsed.GetValue(_networks)!)
            {
                cancellation.ThrowIfCancellationRequested();
                byte[] onnx = ScheduledNetworks.Onnx(name);
                GC.Collect();
                long start = Stopwatch.GetTimestamp();
                ScheduledNetwork network = ScheduledNetworks.Of(onnx, HardwareProfiles.BuiltIn(hardware));
                Schedule schedule = PartitionedScheduler.Run(network, new ScheduleOptions { Copies = CopyRule.Optimise });
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                long chip = (long)network.Profile.Cores * network.Profile.ArraysPerCore;
                report.Line(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {hardware} | {chip:#,0} | {schedule.ArraysOnce:#,0} | {Math.Max(1, schedule.Parts.Length)} | "
                        + $"{schedule.SerialNs / 1e6:0.###} ms | {schedule.MakespanNs / 1e6:0.####} ms | {schedule.Speedup:0.#}x | "
                        + $"{schedule.ThroughputPerSecond:#,0} | {schedule.Bound.LimitedBy} | {seconds:0.0} | "
                        + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB |"));
            }

        return Task.CompletedTask;
    }
}
