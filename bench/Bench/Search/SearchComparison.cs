using System.Diagnostics;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Statistics;
using Cim.Runtime.Hardware.Profiles;
using static System.FormattableString;

namespace Cim.Bench.Search;

/// <summary>All searchers and seeds on one network and machine; one preparation and one store of measurements serves all.</summary>
internal sealed class SearchComparison
{
    private static readonly string[] _searchers = ["exact", "rl", "evolutionary", "random"];

    private readonly PolicySearch _search;
    private readonly CompareOptions _options;
    private readonly SearchRow _empty;
    private readonly double _costEight;
    private readonly double _costFour;

    private SearchComparison(PolicySearch search, CompareOptions options, ImageNetwork network, string hardware)
    {
        (_search, _options) = (search, options);
        _empty = new SearchRow
        {
            Network = network.Name, Hardware = hardware, Searcher = "", Seed = null, Evaluations = 1, Cost = double.NaN,
            BudgetPoints = 0, Seconds = 0, OverEight = 0, OverFour = 0,
        };
        PolicySpace space = search.Space;
        _costEight = space.Costs.Total(PolicyMoves.Widest(space)).Of(space.Objective);
        _costFour = space.Costs.Total(PolicyMoves.FourBitInside(space)).Of(space.Objective);
    }

    /// <summary>The rows of one network and hardware.</summary>
    public static IReadOnlyList<SearchRow> Run(
        ImageNetwork network, string hardwareName, CompareOptions options, CancellationToken cancellation)
    {
        Graph graph = OnnxImporter.Import(network.Model, cancellationToken: cancellation);
        GraphInput input = GraphInput.Of(graph);
        int samples = options.Samples > 0 ? options.Samples : SamplesOf(network);
        var preprocessing = Preprocessing.Parse(network.Scale, network.Mean, network.StandardDeviation);
        SearchData data = SearchData.From(DataSet.Open(network.Calibration, input.Ports, preprocessing), cancellation, samples);
        var searchOptions = new PolicySearchOptions
        {
            Objective = PolicySearchOptions.Parse(options.Objective), MaxLoss = options.Loss, Evaluations = options.Evaluations,
            Trials = TrialFile.Open(
                Path.Combine(options.Folder, Invariant($"{network.Name}-{options.Loss}.trials.json")),
                Invariant($"{FileHash.Of(network.Model)} {samples} {options.Loss}")),
        };
        long start = Stopwatch.GetTimestamp();
        using PolicySearch search = SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), HardwareProfiles.BuiltIn(hardwareName), searchOptions, null, cancellation);
        double preparation = Stopwatch.GetElapsedTime(start).TotalSeconds;
        BenchRun.Progress(Invariant($"{network.Name} on {hardwareName}: prepared in {preparation:F0} s, ")
            + Invariant($"{SearchSpeed.CostsPerSecond(search):N0} policies costed/s, proxy optimum in ")
            + Invariant($"{SearchSpeed.ProxySeconds(search, searchOptions.Objective):F2} s"));
        List<(SearchRow Row, int[]? Policy)> rows = new SearchComparison(search, options, network, hardwareName).Measure(cancellation);
        double best = rows.Where(r => r.Row.IsSearch && double.IsFinite(r.Row.Cost)).Select(r => r.Row.Cost).DefaultIfEmpty(double.NaN)
            .Min();
        var test = new PolicyTest(search, network, preprocessing, hardwareName, Path.Combine(options.Folder, "tested.policy.json"));
        return [.. rows.Select(r => r.Row with { Gap = (r.Row.Cost / best) - 1, TestLoss = TestLoss(r.Row, r.Policy) })];

        // Test images are no measure of random and evolutionary search, and take most of the time.
        double TestLoss(SearchRow row, int[]? policy) =>
            options.IsTested && policy is not null && row.Searcher is not ("evolutionary" or "random") ? test.Loss(policy) : double.NaN;
    }

    // Enough that losses near the budget are resolved, few enough that a comparison takes an hour.
    private static int SamplesOf(ImageNetwork network) => network.Name switch { "resnet20" => 1536, "lenet" => 6144, _ => 3072 };

    private List<(SearchRow Row, int[]? Policy)> Measure(CancellationToken cancellation)
    {
        int[] eight = PolicyMoves.Widest(_search.Space), four = PolicyMoves.FourBitInside(_search.Space);
        var rows = new List<(SearchRow Row, int[]? Policy)> { Uniform("uniform w8a8", eight), Uniform("uniform w4a4, 8-bit ends", four) };
        foreach (string name in _searchers)
            for (int seed = 1; seed <= (name == "exact" ? 1 : _options.Seeds); seed++)
            {
                rows.Add(Search(name, seed, cancellation));
                SearchRow last = rows[^1].Row;
                BenchRun.Progress(Invariant($"  {name} {seed}: {last.OverEight:F3}x over w8a8, {last.OverFour:F3}x over w4a4, ")
                    + Invariant($"{last.BudgetPoints:F3} points of the budget, {last.Evaluations} evaluations, {last.Seconds:F0} s"));
            }

        return rows;

        (SearchRow, int[]?) Uniform(string name, int[] policy) => (
            WithCost(_empty, _search.Space.Costs.Total(policy).Of(_search.Space.Objective)) with
            {
                Searcher = name, BudgetPoints = _search.Measure(policy, cancellation).BudgetPoints,
            }, policy);
    }

    private (SearchRow Row, int[]? Policy) Search(string name, int seed, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        var problem = new SearchProblem(
            _search.Space, _search.Losses, _search.Evaluator.Allowed(cancellation), long.MaxValue, _options.Evaluations, (ulong)seed);
        SearchResult result = PolicySearchers.Create(name).Search(problem, _search, null, cancellation);
        SearchRow row = WithCost(_empty, result.Policy is null ? double.NaN : result.Cost) with
        {
            Searcher = name, Seed = name == "exact" ? null : seed, Evaluations = result.Trials.Length, BudgetPoints = result.Loss,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        return (row, result.Policy is { } policy ? [.. policy] : null);
    }

    private SearchRow WithCost(SearchRow row, double cost) =>
        row with { Cost = cost, OverEight = _costEight / cost, OverFour = _costFour / cost };
}
