using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Quantization;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Search;

/// <summary>What a search is asked for.</summary>
internal sealed record PolicySearchOptions
{
    /// <summary><c>rl</c>, <c>exact</c>, <c>evolutionary</c>, <c>random</c> or <c>uniform</c>.</summary>
    public string Searcher { get; init; } = "exact";

    public Objective Objective { get; init; } = Objective.Latency;

    /// <summary>Percentage points of accuracy.</summary>
    public double MaxLoss { get; init; } = 0.5;

    public long MaxArrays { get; init; } = long.MaxValue;

    public int Evaluations { get; init; } = 60;

    /// <summary>The first and the last layer stay at 8 bits.</summary>
    public bool KeepEnds { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Ends the search early; it runs from the construction of these options.</summary>
    public SearchClock Clock { get; init; } = new(null);

    /// <summary>Remembers sensitivities and measured policies; null = nothing is remembered.</summary>
    public TrialFile? Trials { get; init; }

    /// <summary>Where the best policy so far is written; null = nowhere.</summary>
    public string? PolicyOutput { get; init; }

    public QuantizerOptions Quantizer { get; init; } = new();

    /// <summary>The objective of a command line word; <paramref name="copies"/> if copies of slow layers fill the arrays that are left.</summary>
    public static Objective Parse(string objective, bool copies = false) => objective switch
    {
        "latency" when copies => Objective.CopiedLatency,
        "energy" => Objective.Energy,
        "arrays" => Objective.Arrays,
        "energy-delay" => Objective.EnergyDelay,
        _ => Objective.Latency,
    };
}

/// <summary>
/// Searches the precision of every layer: costs are tabulated, sensitivities measured, then a searcher spends its evaluations of
/// the fake-quantized network on validation samples.
/// </summary>
internal sealed class PolicySearch : IDisposable, IPolicyEvaluator
{
    private static readonly ImmutableArray<int> Bits = [2, 3, 4, 5, 6, 7, 8];

    private readonly PolicySearchOptions _options;
    private readonly ImmutableArray<LayerShape> _shapes;
    private readonly ImmutableArray<int> _layerOfShape; // index into the network's layers, -1 = fixed
    private readonly ImmutableArray<int> _groupOfShape;
    private readonly PolicyNetwork _network;
    private readonly AdcSensitivity _adc;
    private double? _pointsPerRoot;

    private PolicySearch(
        PolicySearchOptions options, ImmutableArray<LayerShape> shapes, ImmutableArray<int> layerOfShape, ImmutableArray<int> groupOfShape,
        PolicySpace space, PolicyNetwork network, LossTable losses, AdcSensitivity adc)
    {
        (_options, _shapes, _layerOfShape, _groupOfShape) = (options, shapes, layerOfShape, groupOfShape);
        (Space, _network, Losses, _adc) = (space, network, losses, adc);
    }

    /// <summary>The names a search can have.</summary>
    public static ImmutableArray<string> Searchers => ["rl", "exact", "evolutionary", "random", "uniform"];

    public PolicySpace Space { get; }

    public LossTable Losses { get; }

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
        ImmutableArray<int> groupOfShape = [.. shapes.Select((s, i) => layerOfShape[i] < 0 ? -1 : groups.ToList().FindIndex(g => g.Layers.Contains(s.Name)))];

        LayerCostTable costs = LayerCostTable.Build(shapes, hardware, Bits, Bits, AdcWidths.Offered(hardware));
        CostVector eight = costs.Total([.. shapes.Select(_ => costs.IndexOf(new Precision(8, 8, 0)))]);
        if (options.Objective is Objective.Energy or Objective.EnergyDelay && eight.EnergyPj == 0)
            throw new CimException(ErrorCodes.NoEnergyFigures, $"The objective is energy, but hardware profile '{hardware.Name}' states no energy figures. Choose another objective or profile.");
        PolicySpace space = PolicySpace.Create(costs, options.Objective, Together(groupOfShape), options.MaxArrays != long.MaxValue,
            layerOfShape.Select((l, i) => (l, i)).Where(p => p.l < 0 || (options.KeepEnds && (p.i == 0 || p.i == shapes.Length - 1)))
                .ToImmutableDictionary(p => p.i, _ => new Precision(8, 8, 0)));
        progress?.Report(string.Create(CultureInfo.InvariantCulture, $"search space: 10^{space.Log10Size:F0} policies of {layers.Length} layers"));

        int[] shapeOfLayer = [.. Enumerable.Range(0, layers.Length).Select(l => layerOfShape.IndexOf(l))];
        int[][] weightBits = [.. shapeOfLayer.Select(s => space.Choices[s].Select(c => costs.Choices[c].WeightBits).Distinct().Order().ToArray())];
        int[][] activationBits = [.. groups.Select((_, g) => groupOfShape.IndexOf(g) is var s && s < 0 ? []
            : space.Choices[s].Select(c => costs.Choices[c].ActivationBits).Distinct().Order().ToArray())];
        int[][] adcBits = [.. shapeOfLayer.Select(s => space.Choices[s].Select(c => costs.Choices[c].AdcBits).Distinct().Order().ToArray())];
        var network = new PolicyNetwork(graph, input, data, layers, groups,
            layers.Select((l, i) => (l.NodeName, weightBits[i])).ToDictionary(p => p.NodeName, p => p.Item2, StringComparer.Ordinal), options.Quantizer, cancellation);
        try
        {
            if (options.Trials?.Sensitivity is not { } sensitivity || !sensitivity.Covers(weightBits, activationBits))
            {
                sensitivity = MeasuredSensitivity.Measure(network, weightBits, activationBits, progress, cancellation);
                options.Trials?.Keep(sensitivity);
            }

            if (options.Trials?.Conversions(hardware) is not { } adc || !adc.Covers(adcBits))
            {
                adc = AdcSensitivity.Measure(graph, input, hardware, data, layers, adcBits, options.Quantizer, progress, cancellation);
                options.Trials?.Keep(adc, hardware);
            }

            return new PolicySearch(options, shapes, layerOfShape, groupOfShape, space, network,
                Additive(space, sensitivity, adc, layerOfShape, groupOfShape), adc);
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
        IPolicySearcher searcher = _options.Searcher switch
        {
            "rl" => new RlSearcher(),
            "exact" => new ExactSearcher(),
            "evolutionary" => new EvolutionarySearcher(),
            "random" => new RandomSearcher(),
            _ => new UniformSearcher(),
        };
        var problem = new SearchProblem(Space, Losses, _options.MaxLoss, _options.MaxArrays, _options.Evaluations, _options.Seed) { Clock = _options.Clock };
        int[] widest = PolicyMoves.Widest(Space);
        if (_options.Trials is { Known: > 0 } known) progress?.Report($"search continues: {known.Known} measured policies are known");
        SearchResult result = searcher.Search(problem, this, new SearchReporter(this, searcher.Name, problem.Cost(widest), _options.PolicyOutput, progress), cancellation);

        int[] best = result.Policy is { } found ? [.. found] : widest;
        Optimum? optimum = _options.Objective == Objective.EnergyDelay ? null
            : ExactOptimum.Solve(Items.Of(Space, Losses, c => c.Of(_options.Objective)), Losses.Total(best) * (1 + 1e-12), cancellation: cancellation);
        return new SearchSummary
        {
            Searcher = searcher.Name,
            Policy = ToPolicy(best),
            IsWithinBudget = result.Policy is not null,
            ValidationLoss = result.Policy is null ? Loss(best, cancellation) : result.Loss,
            Evaluations = result.Trials.Length,
            Episodes = result.Episodes,
            RanOutOfTime = result.RanOutOfTime,
            ProxyStart = result.Start is { } start ? new Yardstick(Space.Costs.Total(start.Policy.AsSpan()), start.Loss) : null,
            Seconds = _options.Clock.Elapsed.TotalSeconds,
            Log10Policies = Space.Log10Size,
            Chosen = Space.Costs.Total(best),
            Eight = Yardstick(widest, cancellation),
            Four = Yardstick(PolicyMoves.FourBitInside(Space), cancellation),
            ProxyOptimum = optimum?.Cost,
            ProxyOptimumIsProven = optimum?.IsProven ?? false,
            Trials = result.Trials,
        };
    }

    private Yardstick Yardstick(int[] policy, CancellationToken cancellation) => new(Space.Costs.Total(policy), Measure(policy, cancellation).LossPoints);

    /// <inheritdoc/>
    public double Loss(ReadOnlySpan<int> policy, CancellationToken cancellation) => Measure(policy, _options.MaxLoss, cancellation).LossPoints;

    /// <summary>Compares outputs on validation samples with those of the float network.</summary>
    public OutputComparison Comparison => _network.Comparison;

    /// <summary>What narrow conversions do, layer by layer.</summary>
    public AdcSensitivity Adc => _adc;

    /// <summary>
    /// The distance of a policy from the float network on all validation samples: measured for weights and activations, plus the
    /// additive estimate for conversions. Errors of little correlation add up in the divergence, and the share of changed
    /// classes grows with its root: how fast, a four-bit policy of this network says.
    /// </summary>
    public Distance Measure(ReadOnlySpan<int> policy, CancellationToken cancellation) => Measure(policy, double.PositiveInfinity, cancellation);

    private Distance Measure(ReadOnlySpan<int> policy, double hopeless, CancellationToken cancellation)
    {
        Distance measured = MeasureWithoutConverters(policy, hopeless, cancellation);
        double conversions = 0;
        for (int s = 0; s < policy.Length; s++)
            if (_layerOfShape[s] >= 0) conversions += _adc.Layers[_layerOfShape[s]].GetValueOrDefault(Space.Costs.Choices[policy[s]].AdcBits);
        if (conversions == 0) return measured;
        double all = measured.Divergence + conversions;
        return new Distance(all, measured.LossPoints + (PointsPerRoot(cancellation) * (Math.Sqrt(all) - Math.Sqrt(measured.Divergence))), measured.Deviation);
    }

    private Distance MeasureWithoutConverters(ReadOnlySpan<int> policy, double hopeless, CancellationToken cancellation)
    {
        int[] weights = new int[_network.Layers.Length], activations = new int[_network.Groups];
        for (int s = 0; s < policy.Length; s++)
        {
            if (_layerOfShape[s] < 0) continue;
            weights[_layerOfShape[s]] = Space.Costs.Choices[policy[s]].WeightBits;
            activations[_groupOfShape[s]] = Space.Costs.Choices[policy[s]].ActivationBits;
        }

        // A measurement that may not end early is another one.
        return _options.Trials is { } known && double.IsFinite(hopeless) ? known.Measure(string.Join(' ', weights) + " / " + string.Join(' ', activations), Race) : Race();

        Distance Race() => _network.Race(l => weights[l], g => activations[g], hopeless, cancellation);
    }

    private double PointsPerRoot(CancellationToken cancellation)
    {
        if (_pointsPerRoot is { } known) return known;
        Distance distance = default;
        foreach (int bits in new[] { 4, 3, 2 }) // Wide enough to be typical, narrow enough to change classes at all.
        {
            distance = MeasureWithoutConverters(PolicyMoves.Nearest(Space, new Precision(bits, bits, 0)), double.PositiveInfinity, cancellation);
            if (distance.LossPoints > 0) break;
        }

        _pointsPerRoot = distance.LossPoints > 0 ? distance.LossPoints / Math.Sqrt(distance.Divergence) : 0;
        return _pointsPerRoot.Value;
    }

    /// <summary>A policy as it is compiled and written to files.</summary>
    public QuantizationPolicy ToPolicy(ReadOnlySpan<int> policy)
    {
        var layers = ImmutableArray.CreateBuilder<LayerPolicy>();
        for (int s = 0; s < policy.Length; s++)
        {
            Precision p = Space.Costs.Choices[policy[s]];
            if (!_shapes[s].IsDynamic) layers.Add(new LayerPolicy(_shapes[s].Name, p.WeightBits, p.ActivationBits, p.AdcBits));
        }

        return new QuantizationPolicy(layers.ToImmutable());
    }

    /// <summary>The choices of a policy this search knows; layers it does not name are 8 bits wide.</summary>
    public int[] Choices(QuantizationPolicy policy) =>
        [.. _shapes.Select(s => policy.Find(s.Name) is { } l ? Choice(l).Choice : Space.Costs.IndexOf(new Precision(8, 8, 0)))];

    /// <summary>A layer's index and choice.</summary>
    public (int Layer, int Choice) Choice(LayerPolicy layer) =>
        (_shapes.ToList().FindIndex(s => s.Name == layer.Name), Space.Costs.IndexOf(new Precision(layer.WeightBits, layer.ActivationBits, layer.AdcBits)));

    public void Dispose() => _network.Dispose();

    /// <summary>Layers of one activation group together, others alone.</summary>
    private static ImmutableArray<ImmutableArray<int>> Together(ImmutableArray<int> groupOfShape) =>
        [.. groupOfShape.Select((g, s) => (g, s)).GroupBy(p => p.g < 0 ? -1 - p.s : p.g).Select(g => g.Select(p => p.s).ToImmutableArray())];

    /// <summary>Weights count at their layer, activations at the first layer of their group.</summary>
    private static LossTable Additive(
        PolicySpace space, MeasuredSensitivity sensitivity, AdcSensitivity adc, ImmutableArray<int> layerOfShape, ImmutableArray<int> groupOfShape)
    {
        var losses = ImmutableArray.CreateBuilder<double>();
        for (int s = 0; s < layerOfShape.Length; s++)
            foreach (Precision p in space.Costs.Choices)
            {
                double loss = 0;
                if (layerOfShape[s] >= 0)
                {
                    loss += sensitivity.Weights[layerOfShape[s]].GetValueOrDefault(p.WeightBits) + adc.Layers[layerOfShape[s]].GetValueOrDefault(p.AdcBits);
                    if (groupOfShape.IndexOf(groupOfShape[s]) == s) loss += sensitivity.Activations[groupOfShape[s]].GetValueOrDefault(p.ActivationBits);
                }

                losses.Add(loss);
            }

        return new LossTable(losses.ToImmutable(), space.Costs.Choices.Length);
    }
}
