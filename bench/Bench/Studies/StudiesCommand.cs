using System.CommandLine;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;
using static System.FormattableString;

namespace Cim.Bench.Studies;

/// <summary><c>bench studies</c>: what cutting a study into units costs, and what large ones take.</summary>
internal sealed class StudiesCommand : BenchCommand
{
    /// <summary>More values one parameter of a sweep cannot have.</summary>
    private const int MostPoints = 1000;

    private readonly Option<int> _units;
    private readonly Option<int> _chips;
    private readonly Option<int> _samples;
    private readonly Option<int> _large;

    public StudiesCommand()
        : base("studies", "studies", "What does cutting a study into units cost, and what do 10,000 units take?")
    {
        _units = Add("--units", 24, "Units of the study that is also computed in one process.");
        _chips = Add("--chips", 8, "Chips a unit simulates.");
        _samples = Add("--samples", 0, "Samples of a chip; 0 = all.");
        _large = Add("--large", 10_000, "Units of the large study.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        Directory.CreateDirectory(run.Artifacts);
        string sample = Path.Combine(Repository.Find().Root, "samples", "FashionMnist");
        var tool = new StudyTool(run.Cim.Command, run.Artifacts, sample, cancellation);
        await tool.CompileAsync();
        ResultReport report = run.Report("studies");
        report.Line($"Load of the machine: {MachineLoad.Text()}. Seconds are those of processors, so they say the same on a busy machine.");
        report.Line();
        await Overhead(report, tool, new Cut(parsed.GetValue(_units), parsed.GetValue(_chips), parsed.GetValue(_samples)));
        await Large(report, tool, parsed.GetValue(_large));
    }

    private static async Task Overhead(ResultReport report, StudyTool tool, Cut cut)
    {
        (int units, int chips, int samples) = cut;
        string[] sweep = tool.Sweep(units, chips, samples);
        string[] single = ["DOTNET_PROCESSOR_COUNT=1"];
        WatchedProcess one = await tool.RunAsync([.. sweep, "--output", tool.At("one")], single);
        string store = tool.Fresh("store");
        await tool.RunAsync([.. sweep, "--output", tool.At("many"), "--store", store, "--submit", "none", "--unit-parts",
            chips.ToString(CultureInfo.InvariantCulture)]);
        int count = StudyTool.UnitsOf(store);
        double[] seconds = new double[count];
        // Two workers at a time, each with half of the units in turn: they compete for memory and caches as they would on a node.
        await Task.WhenAll(Work(0), Work(1));
        WatchedProcess gather = await tool.RunAsync(["gather", store], single);
        tool.RequireEqual("one", "many");
        double all = seconds.Sum() + gather.CpuSeconds, each = (all - one.CpuSeconds) / count;
        double busier = Math.Max(seconds.Where((_, i) => i % 2 == 0).Sum(), seconds.Where((_, i) => i % 2 == 1).Sum());
        report.Line(Invariant($"A sweep of {units} points with {chips} chips each, the Fashion-MNIST network, ")
            + (samples == 0 ? "all test samples" : Invariant($"{samples} samples")) + "; the same bytes both ways.");
        report.Line();
        report.Head("", "processor seconds", "of one process");
        report.Row("one process", Invariant($"{one.CpuSeconds:F1}"), "1");
        report.Row(Invariant($"{count} units and gathering"), Invariant($"{all:F1}"), Invariant($"{all / one.CpuSeconds:F3}"));
        report.Row("the busier of two workers", Invariant($"{busier:F1}"), Invariant($"{busier / one.CpuSeconds:F3}"));
        report.Line();
        report.Line(Invariant($"A unit costs {each:F2} s beside its work: {100 * each / (all / count):F1} % of these units of ")
            + Invariant($"{all / count:F1} s, and {100 * each / 180:F2} % of units of three minutes, which is what the command cuts."));
        report.Line();

        async Task Work(int worker)
        {
            for (int i = worker; i < count; i += 2)
                seconds[i] = (await tool.RunAsync(
                    ["unit", i.ToString(CultureInfo.InvariantCulture), "--store", store], single)).CpuSeconds;
        }
    }

    private static async Task Large(ResultReport report, StudyTool tool, int units)
    {
        int points = Math.Min(units, MostPoints);
        string[] sweep = [.. tool.Sweep(points, Math.Max(1, units / points), limit: 1), "--output", tool.At("large")];
        string store = tool.Fresh("large-store");
        string[] cut = ["--store", store, "--unit-parts", "1"];
        BenchRun.Progress(Invariant($"computing {units} units of one sample"));
        WatchedProcess dry = await tool.RunAsync([.. sweep, .. cut, "--submit", "slurm", "--dry-run"]);
        WatchedProcess listed = await tool.RunAsync([.. sweep, .. cut, "--submit", "none"]);
        await tool.RunAsync([.. sweep, .. cut]);
        WatchedProcess status = await tool.RunAsync(["study", "status", store]);
        WatchedProcess gather = await tool.RunAsync(["gather", store]);
        report.Line(Invariant($"A study of {StudyTool.UnitsOf(store)} units:"));
        report.Line();
        report.Head("", "processor seconds", "seconds", "peak MB");
        WatchedProcess[] all = [listed, dry, status, gather];
        string[] names = ["written (--submit none)", "submitted (--dry-run)", "study status", "gather"];
        foreach ((string name, WatchedProcess p) in names.Zip(all))
            report.Row(name, Invariant($"{p.CpuSeconds:F1}"), Invariant($"{p.Seconds:F1}"), Invariant($"{p.PeakMegabytes:F0}"));
        report.Row("together", Invariant($"{all.Sum(p => p.CpuSeconds):F1}"), Invariant($"{all.Sum(p => p.Seconds):F1}"),
            Invariant($"{all.Max(p => p.PeakMegabytes):F0}"));
    }

    private sealed record Cut(int Units, int Chips, int Samples);
}
