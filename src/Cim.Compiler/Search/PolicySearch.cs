using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Search;

/// <summary>
/// Searches the precision of every layer: costs are tabulated, sensitivities measured, then a searcher spends its evaluations of
/// the fake-quantized network on validation samples.
/// </summary>
internal sealed class PolicySearch : IDisposable, IPolicyEvaluator
{
    private static readonly ImmutableArray<int> _bits = [2, 3, 4, 5, 6, 7, 8];

    private readonly PolicySearchOptions _options;
    private readonly ImmutableArray<LayerShape> _shapes;
    private readonly PolicyNetwork _network;

    private PolicySearch(PolicySearchOptions options, ImmutableArray<LayerShape> shapes, PolicyNetwork network, PolicyEvaluator judge,
        AdditiveEstimate estimate, ProxySelection proxy) =>
        (_options, _shapes, _network, Judge, Space, Estimate, Proxy) = (options, shapes, network, judge, judge.Space, estimate, proxy);

    /// <summary>The names a search can have.</summary>
    public static ImmutableArray<string> Searchers => ["rl", "exact", "evolutionary", "random", "uniform"];

    public PolicySpace Space { get; }

    /// <summary>The additive estimate of harm.</summary>
    public AdditiveEstimate Estimate { get; }

    /// <summary>How the estimate of weights was chosen.</summary>
    public ProxySelection Proxy { get; }

    /// <summary>Its sum for every layer and choice.</summary>
    public LossTable Losses => Estimate.All;

    /// <summary>Prepares a search: space, candidates, sensitivities.</summary>
    /// <exception cref="CimException">CIM2007: the objective is energy and the profile states none.</exception>
    public static PolicySearch Prepare(
        Graph graph, GraphInput input, HardwareProfile hardware, SearchData data, PolicySearchOptions options,
        IProgress<string>? progress, CancellationToken cancellation)
    {
        ImmutableArray<LayerShape> shapes = LayerShapes.Of(graph, hardware);
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(graph, MvmLayers.Find(graph));
        HashSet<string> grouped = [.. groups.SelectMany(g => g.Layers)];
        // Layers the model brings quantized keep their precision, and so do products of activations.
        ImmutableArray<MvmLayer> layers = [.. MvmLayers.Find(graph).Where(l => l.WeightDequantize is null && grouped.Contains(l.NodeName))];
        ImmutableArray<int> layerOfShape = [.. shapes.Select(s => layers.ToList().FindIndex(l => l.NodeName == s.Name))];
        ImmutableArray<int> groupOfShape = [
            .. shapes.Select((s, i) => layerOfShape[i] < 0 ? -1 : groups.ToList().FindIndex(g => g.Layers.Contains(s.Name)))];

        LayerCostTable costs = LayerCostTable.Build(
            shapes, hardware, options.BinaryWeights ? [1, .. _bits] : _bits, _bits, AdcWidths.Offered(hardware));
        CostVector eight = costs.Total([.. shapes.Select(_ => costs.IndexOf(new LayerBits(8, 8, 0)))]);
        if (options.Objective is Objective.Energy or Objective.EnergyDelay && eight.EnergyPj == 0)
            throw new CimException(ErrorCodes.NoEnergyFigures,
                $"The objective is energy, but hardware profile '{hardware.Name}' states no energy figures. Choose another objective or "
                + $"profile.");
        PolicySpace space = PolicySpace.Create(costs, options.Objective, Together(groupOfShape), options.MaxArrays != long.MaxValue,
            layerOfShape.Select((l, i) => (l, i)).Where(p => p.l < 0 || (options.KeepEnds && (p.i == 0 || p.i == shapes.Length - 1)))
                .ToImmutableDictionary(p => p.i, _ => new LayerBits(8, 8, 0)));
        progress?.Report(
            string.Create(CultureInfo.InvariantCulture, $"search space: 10^{space.Log10Size:F0} policies of {layers.Length} layers"));

        int[] shapeOfLayer = [.. Enumerable.Range(0, layers.Length).Select(l => layerOfShape.IndexOf(l))];
        int[][] weightBits = [
            .. shapeOfLayer.Select(s => space.Choices[s].Select(c => costs.Choices[c].WeightBits).Distinct().Order().ToArray())];
        int[][] activationBits = [.. groups.Select((_, g) => groupOfShape.IndexOf(g) is var s && s < 0 ? []
            : space.Choices[s].Select(c => costs.Choices[c].ActivationBits).Distinct().Order().ToArray())];
        int[][] adcBits = [
            .. shapeOfLayer.Select(s => space.Choices[s].Select(c => costs.Choices[c].AdcBits).Distinct().Order().ToArray())];
        var network = new PolicyNetwork(graph, input, data, layers, groups,
            layers.Select((l, i) => (l.NodeName, weightBits[i])).ToDictionary(p => p.NodeName, p => p.Item2, StringComparer.Ordinal),
            options.Quantizer, cancellation);
        try
        {
            MeasuredSensitivity? sensitivity = options.Trials?.Sensitivity;
            if (sensitivity is null || !sensitivity.Covers(weightBits, activationBits))
            {
                sensitivity = MeasuredSensitivity.Measure(
                    network, weightBits, activationBits, sensitivity, options.Clock, progress, cancellation);
                options.Trials?.Keep(sensitivity);
            }

            AdcSensitivity? adc = options.Trials?.Conversions(hardware);
            if (adc is null || !adc.Covers(adcBits))
            {
                adc = AdcSensitivity.Measure(
                    graph, input, hardware, data, layers, adcBits, options.Quantizer, options.Clock, progress, cancellation);
                if (adc.Covers(adcBits)) options.Trials?.Keep(adc, hardware);
            }

            ProxySelection proxy = ProxySelection.Make(
                graph, input, data, network, sensitivity, weightBits, new ProxySettings(options.Seed, options.Clock, options.Trials),
                progress, cancellation);
            sensitivity = (sensitivity with { Weights = proxy.Weights }).Conservative(weightBits, activationBits);
            adc = adc.Conservative(adcBits);
            var judge = new PolicyEvaluator(space, network, adc, layerOfShape, groupOfShape, options);
            return new PolicySearch(
                options, shapes, network, judge, AdditiveEstimate.Of(space, sensitivity, adc, layerOfShape, groupOfShape), proxy);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Searches, and measures what can be had without a search.</summary>
    public SearchSummary Run(IProgress<string>? progress, CancellationToken cancellation)
    {
        IPolicySearcher searcher = Searcher();
        var problem = new SearchProblem(Space, Losses, _options.MaxLoss, _options.MaxArrays, _options.Evaluations, _options.Seed)
        {
            Clock = _options.Clock,
        };
        int[] widest = PolicyMoves.Widest(Space);
        if (_options.Trials is { Known: > 0 } known) progress?.Report($"search continues: {known.Known} measured policies are known");
        SearchResult result = searcher.Search(
            problem, this, new SearchReporter(this, searcher.Name, problem.Cost(widest), _options.PolicyOutput, progress), cancellation);

        (int[] best, bool isWithinBudget) = result.Policy is { } found ? ([.. found], true) : Best(problem, result, widest, cancellation);
        if (result.Policy is null && _options.PolicyOutput is { } kept) SearchReporter.Save(this, best, kept);
        Optimum? optimum = _options.Objective == Objective.EnergyDelay ? null
            : ExactOptimum.Solve(
                UnitChoices.Of(Space, Losses, c => c.Of(_options.Objective)), Losses.Total(best) * (1 + 1e-12), cancellation: cancellation);
        return new SearchSummary
        {
            Searcher = searcher.Name,
            Policy = ToPolicy(best),
            IsWithinBudget = isWithinBudget,
            LeastArrays = LeastArrays(),
            LossFitsMoreArrays = !isWithinBudget
                && (result.Trials.Any(t => t.Loss <= _options.MaxLoss) || Measure(widest, cancellation).BudgetPoints <= _options.MaxLoss),
            ValidationLoss = Measure(best, cancellation).LossPoints,
            Evaluations = result.Trials.Length,
            Episodes = result.Episodes,
            RanOutOfTime = result.RanOutOfTime,
            ProxyStart = result.Start is { } start ? BaselineOf(start.Policy.AsSpan(), cancellation) : null,
            Seconds = _options.Clock.Elapsed.TotalSeconds,
            Log10Policies = Space.Log10Size,
            Chosen = Space.Costs.Total(best),
            Eight = BaselineOf(widest, cancellation),
            Four = BaselineOf(PolicyMoves.FourBitInside(Space), cancellation),
            ProxyOptimum = optimum?.Cost,
            ProxyOptimumIsProven = optimum?.IsProven ?? false,
            Trials = result.Trials,
            Proxies = Proxy.Proxies,
            Proxy = Proxy.Name,
        };
    }

    // A search that found nothing, perhaps for lack of time, has still measured policies, and the widest takes one measurement more.
    private (int[] Policy, bool IsWithinBudget) Best(
        SearchProblem problem, SearchResult result, int[] widest, CancellationToken cancellation)
    {
        double loss = Measure(widest, cancellation).BudgetPoints;
        if (loss <= problem.MaxLoss && problem.Fits(widest)) return (widest, true);
        Trial? least = result.Trials.Where(t => problem.Fits(t.Policy.AsSpan())).MinBy(t => t.Loss);
        return least is not null && (least.Loss < loss || !problem.Fits(widest))
            ? ([.. least.Policy], least.Loss <= problem.MaxLoss)
            : (widest, false);
    }

    // Layers of one activation group choose their weights, and so their arrays, freely.
    private long LeastArrays() =>
        Enumerable.Range(0, _shapes.Length).Sum(s => Space.Choices[s].Min(c => Space.Costs[s, c].Arrays));

    /// <summary>Searches as <see cref="Run"/> does, but for a network that will be trained.</summary>
    /// <param name="relaxation">See <see cref="PolicyEvaluator.Loss"/>.</param>
    /// <param name="factor">See <see cref="AdditiveEstimate.Relaxed"/>.</param>
    /// <param name="evaluations">Policies it may measure.</param>
    /// <param name="progress">One line an evaluation.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public SearchResult RunRelaxed(
        double relaxation, double factor, int evaluations, IProgress<string>? progress, CancellationToken cancellation)
    {
        IPolicySearcher searcher = Searcher();
        var problem = new SearchProblem(Space, Estimate.Relaxed(factor), _options.MaxLoss, _options.MaxArrays, evaluations, _options.Seed)
        {
            Clock = _options.Clock,
        };
        var reporter = new SearchReporter(this, "relaxed " + searcher.Name, problem.Cost(PolicyMoves.Widest(Space)), null, progress);
        return searcher.Search(problem, new RelaxedEvaluator(Judge, relaxation), reporter, cancellation);
    }

    private IPolicySearcher Searcher() => _options.Searcher switch
    {
        "rl" => new RlSearcher(),
        "exact" => new ExactSearcher(),
        "evolutionary" => new EvolutionarySearcher(),
        "random" => new RandomSearcher(),
        _ => new UniformSearcher(),
    };

    private sealed class RelaxedEvaluator(PolicyEvaluator judge, double relaxation) : IPolicyEvaluator
    {
        public double Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) => judge.Loss(policy, relaxation, cancellation);
    }

    private SearchBaseline BaselineOf(ReadOnlySpan<int> policy, CancellationToken cancellation) =>
        new(Space.Costs.Total(policy), Measure(policy, cancellation).LossPoints);

    /// <summary>The judge of policies.</summary>
    public PolicyEvaluator Judge { get; }

    /// <inheritdoc cref="PolicyEvaluator.Measure(ReadOnlySpan{int}, CancellationToken)"/>
    public Distance Measure(ReadOnlySpan<int> policy, CancellationToken cancellation) => Judge.Measure(policy, cancellation);

    /// <inheritdoc/>
    public double Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) => Judge.Loss(policy, 1, cancellation);

    /// <summary>Compares outputs on validation samples with those of the float network.</summary>
    public OutputComparison Comparison => _network.Comparison;

    /// <summary>A policy as it is compiled and written to files.</summary>
    public QuantizationPolicy ToPolicy(ReadOnlySpan<int> policy)
    {
        var layers = ImmutableArray.CreateBuilder<LayerPrecision>();
        for (int s = 0; s < policy.Length; s++)
        {
            LayerBits p = Space.Costs.Choices[policy[s]];
            if (!_shapes[s].IsDynamic) layers.Add(new LayerPrecision(_shapes[s].Name, p.WeightBits, p.ActivationBits, p.AdcBits));
        }

        return new QuantizationPolicy(layers.ToImmutable());
    }

    /// <summary>The choices of a policy this search knows; layers it does not name are 8 bits wide.</summary>
    public int[] Choices(QuantizationPolicy policy) =>
        [.. _shapes.Select(s => policy.Find(s.Name) is { } l ? Choice(l).Choice : Space.Costs.IndexOf(new LayerBits(8, 8, 0)))];

    /// <summary>A layer's index and choice.</summary>
    public (int Layer, int Choice) Choice(LayerPrecision layer) =>
        (_shapes.ToList().FindIndex(s => s.Name == layer.Name),
            Space.Costs.IndexOf(new LayerBits(layer.WeightBits, layer.ActivationBits, layer.AdcBits)));

    public void Dispose() => _network.Dispose();

    /// <summary>Layers of one activation group together, others alone.</summary>
    private static ImmutableArray<ImmutableArray<int>> Together(ImmutableArray<int> groupOfShape) =>
        [.. groupOfShape.Select((g, s) => (g, s)).GroupBy(p => p.g < 0 ? -1 - p.s : p.g)
            .Select(g => g.Select(p => p.s).ToImmutableArray())];
}
