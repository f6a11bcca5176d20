using System.CommandLine;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Tests.Scheduling;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Bench.Scheduling;

/// <summary><c>bench schedule buffers</c>: throughput against the buffer of a core, and where the curve bends.</summary>
internal sealed class BuffersCommand : BenchCommand
{
    /// <summary>The knee is the smallest buffer with this share of the throughput that unlimited ones give.</summary>
    private const double KneeShare = 0.95;

    private readonly Option<string> _network;
    private readonly Option<string> _hardware;
    private readonly Option<int> _images;

    public BuffersCommand()
        : base("buffers", "schedule", "How does throughput fall when buffers are small?")
    {
        _network = Add("--network", "resnet18", "The network.");
        _hardware = Add("--hardware", "isaac", "The chip.");
        _images = Add("--images", 8, "Images one after the other.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        string name = parsed.GetValue(_network)!, hardware = parsed.GetValue(_hardware)!;
        HardwareProfile profile = HardwareProfiles.BuiltIn(hardware);
        byte[] onnx = ScheduledNetworks.Onnx(name);
        var options = new ScheduleOptions { Copies = CopyRule.Balance, Images = parsed.GetValue(_images) };
        double unlimited = new Scheduler(ScheduledNetworks.Of(onnx, profile), options).Run().ThroughputPerSecond;
        ResultReport report = run.Report($"buffers-{name}-{hardware}");
        report.Line("| buffer of a core | images/s | of unlimited | bytes moved beside the chip |");
        report.Line("|---|---|---|---|");
        double? knee = null;
        for (int bytes = 128; bytes <= 256 * 1024; bytes *= 2)
        {
            cancellation.ThrowIfCancellationRequested();
            HardwareProfile chip = profile with { Chip = profile.Chip with { LocalBufferBytes = bytes } };
            Schedule schedule = new Scheduler(ScheduledNetworks.Of(onnx, chip), options with { HasChipBuffers = true }).Run();
            double share = schedule.ThroughputPerSecond / unlimited;
            if (share >= KneeShare) knee ??= bytes;
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"| {bytes:#,0} B | {schedule.ThroughputPerSecond:#,0} | {100 * share:0.0} % | {schedule.SpilledBytes:#,0} |"));
        }

        report.Line("");
        report.Line(string.Create(CultureInfo.InvariantCulture,
            $"Unlimited: {unlimited:#,0} images/s. The knee (95 % of it) is at "
                + $"{knee?.ToString("#,0", CultureInfo.InvariantCulture) ?? "more"} B."));
        return Task.CompletedTask;
    }
}
