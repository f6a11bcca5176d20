using System.CommandLine;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Compiler.Tests.Scheduling;

namespace Cim.Bench.Scheduling;

/// <summary><c>bench schedule copies</c>: the ways to place copies beside each other, on the same arrays.</summary>
internal sealed class CopiesCommand : BenchCommand
{
    private readonly Option<string[]> _networks;
    private readonly Option<int[]> _extra;

    public CopiesCommand()
        : base("copies", "schedule", "How much faster is the search for copies than the published ways to place them?")
    {
        _networks = AddList<string>(
            "--networks", "tinyyolov4,vgg16-features,resnet50-features,resnet152-features,squeezenet", "The networks.");
        _extra = AddList<int>("--extra", "0,4,8,16,32,64,128,256,512", "Arrays beside one copy of each layer.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        ResultReport report = run.Report("copies-clsa-cim");
        report.Line("| network | extra arrays | least sum | slowest first | search | gain | used |");
        report.Line("|---|---|---|---|---|---|---|");
        foreach (string name in parsed.GetValue(_networks)!)
        {
            ScheduledNetwork network = ScheduledNetworks.Of(name, "clsa-cim");
            foreach (int extra in parsed.GetValue(_extra)!)
            {
                cancellation.ThrowIfCancellationRequested();
                double sum = network.Run(PipelineKind.CrossLayer, CopyRule.MinSum, extra).Speedup,
                    max = network.Run(PipelineKind.CrossLayer, CopyRule.MinMax, extra).Speedup;
                Schedule search = network.Run(PipelineKind.CrossLayer, CopyRule.Optimise, extra);
                report.Line(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {extra} | {sum:0.00}x | {max:0.00}x | {search.Speedup:0.00}x | "
                        + $"{100 * ((search.Speedup / Math.Max(sum, max)) - 1):0.0} % | {100 * search.Utilisation:0.0} % |"));
            }
        }

        return Task.CompletedTask;
    }
}
