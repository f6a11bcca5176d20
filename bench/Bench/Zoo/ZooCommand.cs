using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cim.Bench.Common;
using Cim.Bench.Wild;
using Cim.Runtime;
using static System.FormattableString;

namespace Cim.Bench.Zoo;

/// <summary><c>bench zoo</c>: every searcher on networks of many kinds, evaluated on samples by which nothing was chosen.</summary>
internal sealed class ZooCommand : BenchCommand
{
    private readonly Option<string[]> _networks;
    private readonly Option<string[]> _profiles;
    private readonly Option<string[]> _searchers;
    private readonly Option<ulong[]> _seeds;
    private readonly Option<int> _evaluations;
    private readonly Option<double> _loss;
    private readonly Option<string> _objective;
    private readonly Option<string> _rounding;
    private readonly Option<int> _unseen;
    private readonly Option<string> _store;
    private readonly Option<bool> _isReport;
    private readonly Option<bool> _isList;
    private readonly Option<int?> _unit;
    private readonly WildOptions _wild;

    public ZooCommand()
        : base("zoo", "zoo", "How cheap do searches make networks of many kinds, and do they keep the budget on unseen samples?")
    {
        _networks = AddList("--network", string.Join(',', ZooNetworks.Names), "The networks.", ZooNetworks.Names);
        _profiles = AddList<string>("--profile", "cim-aq-4b,isaac,cim-aq-2b", "The hardware profiles.");
        _searchers = AddList("--search", "rl,exact,evolutionary,random", "The searchers.", ZooSearchers.Names);
        _seeds = AddList<ulong>("--seeds", "1,2,3", "The seeds; all of the first before the second.");
        _evaluations = Add("--evaluations", 60, "Policies a search measures at most.");
        _loss = Add("--loss", 0.5, "The budget in points.");
        _objective = Add("--objective", "latency", "What is minimized.");
        _rounding = Add("--rounding", "compensated", "Of the compiled networks; `auto`, the product's default, takes many times longer.");
        _unseen = Add("--unseen", 6000, "Unseen samples at most.");
        _store = Add(
            "--store", "", "The folder of measurements; what is in it is not measured again. Default: one of this build in artifacts.");
        _isReport = Add("--report", false, "Only write what the store has; nothing is measured.");
        _isList = Add("--list", false, "Only print the units there are, as JSON: one for each network, profile and seed.");
        _unit = Add<int?>("--unit", null, "Only measure this unit, from 0, into the store, as a task of a cluster does; --report gathers.");
        _wild = new WildOptions(this);
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        if (_wild.IsAsked(parsed))
            return WildBench.RunAsync(_wild.Read(parsed) with { OnlyStored = parsed.GetValue(_isReport) }, run, cancellation);
        var options = new ZooOptions
        {
            Evaluations = parsed.GetValue(_evaluations), Loss = parsed.GetValue(_loss), Objective = parsed.GetValue(_objective)!,
            Rounding = parsed.GetValue(_rounding)!, Unseen = parsed.GetValue(_unseen),
        };
        string folder = parsed.GetValue(_store) is { Length: > 0 } named
            ? named : Path.Combine(run.Artifacts, run.Cim.Build[..12]);
        var zoo = new ZooRun(run, options, Directory.CreateDirectory(Path.GetFullPath(folder)).FullName)
        {
            IsReport = parsed.GetValue(_isReport),
        };
        ZooUnit[] units = Units(parsed);
        if (parsed.GetValue(_isList))
        {
            Console.WriteLine(List(zoo, units, parsed.GetValue(_searchers)!));
            return Task.CompletedTask;
        }

        zoo.Take();

        if (parsed.GetValue(_unit) is { } unit)
        {
            if (unit < 0 || unit >= units.Length)
                throw new BenchException(Invariant($"--unit is {unit}; there are 0 to {units.Length - 1}."));
            zoo.MeasureAlone(units[unit], parsed.GetValue(_searchers)!, cancellation);
            return Task.CompletedTask;
        }

        foreach (ZooUnit one in units)
        {
            long start = Stopwatch.GetTimestamp();
            if (!zoo.Measure(one, parsed.GetValue(_searchers)!, cancellation)) continue;
            zoo.Write(isWhole: false);
            BenchRun.Progress(Invariant($"{one}: {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
        }

        bool isWhole = zoo.Missing == 0 && new Option[] { _networks, _profiles, _searchers, _seeds }
            .All(option => parsed.GetResult(option) is null or { Implicit: true });
        Console.Write(zoo.Write(isWhole));
        if (zoo.Missing > 0) BenchRun.Progress(Invariant($"{zoo.Missing} searches have no result yet."));
        return Task.CompletedTask;
    }

    private static string List(ZooRun zoo, ZooUnit[] units, string[] searchers) => new JsonArray(
    [
        .. units.Select((unit, i) =>
        {
            var listed = new JsonObject
            {
                ["unit"] = i, ["network"] = unit.Network, ["profile"] = unit.Profile, ["seed"] = unit.Seed,
            };
            try
            {
                listed["id"] = zoo.IdOf(unit, searchers);
            }
            catch (Exception missing) when (missing is BenchException or CimException)
            {
                listed["skipped"] = missing.Message;
            }

            return listed;
        }),
    ]).ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private ZooUnit[] Units(ParseResult parsed) =>
    [
        .. from seed in parsed.GetValue(_seeds)!
           from network in parsed.GetValue(_networks)!
           from profile in parsed.GetValue(_profiles)!
           select new ZooUnit(network, profile, seed),
    ];
}
