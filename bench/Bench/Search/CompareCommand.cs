using System.CommandLine;
using System.Diagnostics;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using static System.FormattableString;

namespace Cim.Bench.Search;

/// <summary><c>bench search compare</c>: every searcher with the same evaluations, on networks and machines.</summary>
internal sealed class CompareCommand : BenchCommand
{
    private readonly Option<string[]> _networks;
    private readonly Option<string[]> _hardware;
    private readonly Option<string> _objective;
    private readonly Option<double> _loss;
    private readonly Option<int> _seeds;
    private readonly Option<int> _evaluations;
    private readonly Option<int> _samples;
    private readonly Option<bool> _test;

    public CompareCommand()
        : base("compare", "search", "The searchers at equal evaluations, beside uniform bits; nothing is trained.")
    {
        _networks = AddList("--networks", "resnet20,lenet,vgg", "The networks.", ImageNetworks.Names);
        _hardware = AddList<string>("--hardware", "cim-aq-4b,cim-aq-2b,isaac", "The hardware profiles.");
        _objective = Add("--objective", "latency", "What is minimized.");
        _loss = Add("--loss", 0.5, "The budget in points.");
        _seeds = Add("--seeds", 3, "Seeds 1 to so many.");
        _evaluations = Add("--evaluations", 60, "Policies a searcher measures at most.");
        _samples = Add("--samples", 0, "Samples it measures on; 0 for each network's own number.");
        _test = Add("--test", false, "Compile the uniform policies and what exact and rl found, and evaluate them on all test images.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        var options = new CompareOptions
        {
            Objective = parsed.GetValue(_objective)!, Loss = parsed.GetValue(_loss), Seeds = parsed.GetValue(_seeds),
            Evaluations = parsed.GetValue(_evaluations), Samples = parsed.GetValue(_samples), IsTested = parsed.GetValue(_test),
            Folder = run.Artifacts,
        };
        var rows = new List<SearchRow>();
        foreach (ImageNetwork network in parsed.GetValue(_networks)!.Select(name => ImageNetworks.Of(name, run.Repository)))
            foreach (string hardware in parsed.GetValue(_hardware)!)
            {
                long start = Stopwatch.GetTimestamp();
                rows.AddRange(SearchComparison.Run(network, hardware, options, cancellation));
                SearchTables.Write(run, options, rows);
                BenchRun.Progress(Invariant($"{network.Name} on {hardware}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
            }

        Console.Write(SearchTables.Markdown(options, rows));
        return Task.CompletedTask;
    }
}
