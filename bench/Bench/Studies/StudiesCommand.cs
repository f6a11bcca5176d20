using System.CommandLine;
using System.Diagnostics;
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
        _units = Add("--units", 4, "Units of the study that is also computed in one process; even; 0 = not measured.");
        _chips = Add("--chips", 8, "Chips a unit simulates.");
        _samples = Add("--samples", 0, "Samples of a chip; 0 = all.");
        _large = Add("--large", 10_000, "Units of the large study, whose results are computed once; 0 = not measured.");
    }

    protected override async Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        Directory.CreateDirectory(run.Artifacts);
        StudyTool Tool(string sample, string network, params string[] preprocessing) => new(
            run.Cim.Command, run.Artifacts, Path.Combine(Repository.Find().Root, "samples", sample), cancellation)
            {
                Network = network, Preprocessing = preprocessing,
            };
        ResultReport report = run.Report("studies");
        report.Line($"Load of the machine: {MachineLoad.Text()}. Seconds are those of processors, so they say the same on a busy machine.");
        report.Line();
        var cut = new Cut(parsed.GetValue(_units), parsed.GetValue(_chips), parsed.GetValue(_samples));
        if (cut.Units > 0) await Overhead(report, Tool("FashionMnist", "fashion", "--scale", "1/255"), cut);
        if (parsed.GetValue(_large) is > 0 and var large)
            await Large(report, Tool("MotionSensor", "motion", "--scale", "8/255", "--mean", "4"), large);
    }

    /// <summary>
    /// One process and one worker that computes units have a processor each at the same time, so that what else the machine does slows
    /// both; then two workers have them.
    /// </summary>
    private static async Task Overhead(ResultReport report, StudyTool tool, Cut cut)
    {
        await tool.CompileAsync();
        (int units, int chips, int samples) = cut;
        // The integers are a part, too: the last unit has a chip less.
        string[] sweep = tool.Sweep(1, (units * chips) - 1, samples);
        Task<string> first = Store("one-worker"), second = Store("two-workers");
        string alone = await first, shared = await second;
        int count = StudyTool.UnitsOf(alone);
        Task<WatchedProcess> whole = tool.RunAsync([.. sweep, "--output", tool.At("one")], StudyTool.OnProcessor(0));
        Worker one = await Work(alone, 1, [.. Enumerable.Range(0, count)]);
        WatchedProcess process = await whole;
        WatchedProcess gather = await tool.RunAsync(["gather", alone], StudyTool.OnProcessor(1));
        tool.RequireEqual("one", "one-worker-out");
        Worker[] two = await Task.WhenAll(
            Work(shared, 0, [.. Enumerable.Range(0, count).Where(i => i % 2 == 0)]),
            Work(shared, 1, [.. Enumerable.Range(0, count).Where(i => i % 2 == 1)]));
        await tool.RunAsync(["gather", shared]);
        tool.RequireEqual("one", "two-workers-out");
        double each = (one.CpuSeconds - process.CpuSeconds) / count, unit = process.CpuSeconds / count;
        double slower = two.Max(w => w.Seconds);
        report.Line(Invariant($"A sweep of {units * chips} parts in {count} units, the Fashion-MNIST network, ")
            + (samples == 0 ? "all test samples" : Invariant($"{samples} samples")) + "; the same bytes each way.");
        report.Line();
        report.Head("", "processor seconds", "seconds");
        report.Row("one process", Invariant($"{process.CpuSeconds:F1}"), Invariant($"{process.Seconds:F1}"));
        report.Row("one worker", Invariant($"{one.CpuSeconds:F1}"), Invariant($"{one.Seconds:F1}"));
        report.Row("gathering", Invariant($"{gather.CpuSeconds:F1}"), Invariant($"{gather.Seconds:F1}"));
        report.Row("two workers", Invariant($"{two.Sum(w => w.CpuSeconds):F1}"), Invariant($"{slower:F1}"));
        report.Line();
        report.Line(Invariant($"Two workers take {slower / one.Seconds:F3} of the time of one. A unit costs {each:F2} s beside its work: ")
            + Invariant($"{100 * each / unit:F2} % of these units of {unit:F0} s, {100 * each / 180:F2} % of units of three minutes, ")
            + "which is what the command cuts.");
        report.Line();

        async Task<string> Store(string name)
        {
            string store = tool.Fresh(name);
            await tool.RunAsync([.. sweep, "--output", tool.At(name + "-out"), "--store", store, "--submit", "none", "--unit-parts",
                chips.ToString(CultureInfo.InvariantCulture)]);
            return store;
        }

        async Task<Worker> Work(string store, int processor, int[] some)
        {
            (double seconds, long start) = (0, Stopwatch.GetTimestamp());
            foreach (int i in some)
                seconds += (await tool.RunAsync(["unit", i.ToString(CultureInfo.InvariantCulture), "--store", store],
                    StudyTool.OnProcessor(processor))).CpuSeconds;
            return new Worker(seconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>What computing some units took.</summary>
    private sealed record Worker(double CpuSeconds, double Seconds);

    private static async Task Large(ResultReport report, StudyTool tool, int units)
    {
        await tool.CompileAsync();
        int points = Math.Min(units, MostPoints);
        string[] sweep = [.. tool.Sweep(points, Math.Max(1, units / points), limit: 1), "--output", tool.At("large")];
        string store = tool.At("large-store");
        string[] cut = ["--store", store, "--unit-parts", "1"], fresh = ["--store", tool.Fresh("large-listed"), "--unit-parts", "1"];
        BenchRun.Progress(Invariant($"computing {units} units of one sample"));
        await tool.RunAsync([.. sweep, .. cut]);
        WatchedProcess dry = await tool.RunAsync([.. sweep, .. fresh, "--submit", "slurm", "--dry-run"]);
        WatchedProcess listed = await tool.RunAsync([.. sweep, .. fresh, "--submit", "none"]);
        WatchedProcess status = await tool.RunAsync(["study", "status", store]);
        WatchedProcess gather = await tool.RunAsync(["gather", store]);
        report.Line(Invariant($"A study of {StudyTool.UnitsOf(store)} units, the MotionSensor network:"));
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
