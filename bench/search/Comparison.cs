using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
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
using Cim.Runtime.Hardware;

namespace Cim.Search.Bench;

/// <summary>One search, or one policy set by hand.</summary>
internal sealed record Row
{
    public required string Network { get; init; }

    public required string Hardware { get; init; }

    public required string Searcher { get; init; }

    public required int? Seed { get; init; }

    public required int Evaluations { get; init; }

    /// <summary>NaN if nothing within the budget was found.</summary>
    public required double Cost { get; init; }

    /// <summary>Percentage points of the budget it takes, estimated on validation samples.</summary>
    public required double BudgetPoints { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Cost of 8 bits everywhere over this one's.</summary>
    public required double OverEight { get; init; }

    /// <summary>Cost of 4 bits with 8-bit first and last layers over this one's.</summary>
    public required double OverFour { get; init; }

    /// <summary>Above the cheapest policy any search of this network and hardware found within the budget.</summary>
    public double Gap { get; init; }

    /// <summary>Percentage points lost on the test samples, compiled, fidelity exact; NaN = not tested.</summary>
    public double TestLoss { get; init; } = double.NaN;
}

/// <summary>All searchers and seeds on one network and machine; one preparation and one memory of measurements serves all.</summary>
internal static class Comparison
{
    public static IEnumerable<Row> Run(Network network, string hardwareName, BenchOptions options)
    {
        HardwareProfile hardware = HardwareProfiles.BuiltIn(hardwareName);
        Graph graph = OnnxImporter.Import(network.Model);
        GraphInput input = GraphInput.Of(graph);
        int samples = options.Samples > 0 ? options.Samples : network.Samples;
        SearchData data = SearchData.From(DataSet.Open(network.Calibration, input.Ports, network.Preprocessing), default, samples);
        string key = string.Create(CultureInfo.InvariantCulture, $"{FileHash.Of(network.Model)} {samples} {options.Loss}");
        var searchOptions = new PolicySearchOptions
        {
            Objective = PolicySearchOptions.Parse(options.Objective), MaxLoss = options.Loss, Evaluations = options.Evaluations,
            Trials = TrialFile.Open(Path.Combine(
                options.Repository, "artifacts", "search",
                    string.Create(CultureInfo.InvariantCulture, $"{network.Name}-{options.Loss}.trials.json")), key),
        };
        long start = Stopwatch.GetTimestamp();
        using PolicySearch search = PolicySearch.Prepare(graph, input, hardware, data, searchOptions, null, default);
        double preparation = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{network.Name} on {hardwareName}: prepared in {preparation:F0} s, {CostsPerSecond(search):N0} policies costed/s, proxy "
                + $"optimum in {ProxySeconds(search, options):F2} s"));

        PolicySpace space = search.Space;
        int[] eight = PolicyMoves.Widest(space), four = PolicyMoves.FourBitInside(space);
        double costEight = space.Costs.Total(eight).Of(space.Objective), costFour = space.Costs.Total(four).Of(space.Objective);
        var rows = new List<(Row Row, int[]? Policy)>
        {
            (New("uniform w8a8", null, 1, costEight, search.Measure(eight, default).BudgetPoints, 0), eight),
            (New("uniform w4a4, 8-bit ends", null, 1, costFour, search.Measure(four, default).BudgetPoints, 0), four),
        };
        (string Name, Func<IPolicySearcher> Create)[] searchers =
            [("exact", () => new ExactSearcher()), ("rl", () => new RlSearcher()), ("evolutionary", () => new EvolutionarySearcher()),
                ("random", () => new RandomSearcher())];
        foreach ((string name, Func<IPolicySearcher> create) in searchers)
            for (int seed = 1; seed <= (name == "exact" ? 1 : options.Seeds); seed++)
            {
                start = Stopwatch.GetTimestamp();
                SearchResult result = create().Search(
                    new SearchProblem(space, search.Losses, options.Loss, long.MaxValue, options.Evaluations, (ulong)seed), search, null,
                    default);
                rows.Add((New(name, name == "exact"
                    ? null
                    : seed, result.Trials.Length, result.Policy is null ? double.NaN
                    : result.Cost, result.Loss, Stopwatch.GetElapsedTime(start).TotalSeconds),
                    result.Policy is { } p ? [.. p] : null));
                Row last = rows[^1].Row;
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {name} {seed}: {last.OverEight:F3}x over w8a8, {last.OverFour:F3}x over w4a4, {last.BudgetPoints:F3} points of "
                    + $"the budget, {last.Evaluations} evaluations, {last.Seconds:F0} s"));
            }

        double best = rows.Where(r => r.Row.Searcher[0] != 'u' && double.IsFinite(r.Row.Cost)).Select(r => r.Row.Cost)
            .DefaultIfEmpty(double.NaN).Min();
        var tested = new Dictionary<string, double>(StringComparer.Ordinal);
        return
        [
            .. rows.Select(r =>
                r.Row with
                {
                    Gap = (r.Row.Cost / best) - 1,
                    TestLoss = options.Tests && r.Policy is not null && IsTested(r.Row) ? Test(r.Policy) : double.NaN,
                }),
        ];

        Row New(string searcher, int? seed, int evaluations, double cost, double loss, double seconds) => new()
        {
            Network = network.Name, Hardware = hardwareName, Searcher = searcher, Seed = seed, Evaluations = evaluations, Cost = cost,
            BudgetPoints = loss, Seconds = seconds, OverEight = costEight / cost, OverFour = costFour / cost,
        };

        // What the yardsticks' policies do on test images tells nothing about the searches, and takes most of the time.
        static bool IsTested(Row row) => row.Searcher is not ("evolutionary" or "random");

        double Test(int[] policy)
        {
            string name = string.Join(',', policy);
            if (tested.TryGetValue(name, out double known)) return known;
            string file = Path.Combine(options.Repository, "artifacts", "search", "tested.policy.json");
            SearchReporter.Save(search, policy, file);
            CompileResult result = CompilePipeline.Compile(new CompileOptions
            {
                ModelPath = network.Model, Hardware = hardwareName, Calibration = network.Calibration, Evaluation = network.Test,
                Preprocessing = network.Preprocessing, PolicyPath = file, Rounding = RoundingMethods.Compensated,
            });
            return tested[name] = 100 * (result.AccuracyFloat!.Fraction - result.AccuracyCompiled!.Fraction);
        }
    }

    private static double CostsPerSecond(PolicySearch search)
    {
        var random = new SplitMix(1);
        int[][] policies = [.. Enumerable.Range(0, 1000).Select(_ => PolicyMoves.Random(search.Space, random))];
        long start = Stopwatch.GetTimestamp(), done = 0;
        double sum = 0;
        for (; Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5; done += policies.Length)
            foreach (int[] policy in policies) sum += search.Space.Costs.Total(policy).LatencyNs;
        return sum > 0 ? done / Stopwatch.GetElapsedTime(start).TotalSeconds : 0;
    }

    /// <summary>The whole front, and the proven optimum at the additive estimate of uniform 4 bits.</summary>
    private static double ProxySeconds(PolicySearch search, BenchOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        Objective objective = PolicySearchOptions.Parse(options.Objective);
        UnitChoices choices = UnitChoices.Of(search.Space, search.Losses, c => c.Of(objective));
        ParetoFront front = ParetoFront.Of(choices);
        Optimum? optimum = ExactOptimum.Solve(choices, search.Losses.Total(PolicyMoves.FourBitInside(search.Space)));
        return front.Points.IsEmpty || optimum is { IsProven: false } ? double.NaN : Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
