using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Search.Space;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search;

/// <summary>Everything before the first evaluation of a search: costs are tabulated, candidates quantized, sensitivities
/// measured.</summary>
internal static class SearchPreparation
{
    private static readonly ImmutableArray<int> _bits = [2, 3, 4, 5, 6, 7, 8];

    /// <summary>Prepares a search.</summary>
    /// <param name="source">The float network and its samples.</param>
    /// <param name="hardware">The machine.</param>
    /// <param name="options">What is searched.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    /// <exception cref="CimException">CIM2007: the objective is energy and the profile states none.</exception>
    public static PolicySearch Prepare(
        SampledNetwork source, HardwareProfile hardware, PolicySearchOptions options, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        SearchLayers layers = SearchLayers.Of(source.Graph, hardware);
        PolicySpace space = SpaceOf(layers, hardware, options);
        if (options.Schedule is { } request) space = space.With(new PolicySchedule(source.Graph, space.Costs, request));
        progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"Search space: 10^{space.Log10Size:F0} policies of {layers.Searched.Layers.Length} layers"));
        SearchWidths widths = SearchWidths.Of(space, layers);
        var network = new PolicyNetwork(source, layers.Searched, widths.Weights, cancellation);
        try
        {
            SearchSensitivities found = SearchSensitivities.Measure(network, hardware, widths, options, progress, cancellation);
            network.Share();
            return new PolicySearch(options, hardware, network)
            {
                Evaluator = new PolicyEvaluator(space, network, found.Conversions, layers, options),
                Estimate = AdditiveEstimate.Of(space, found.Widths, found.Conversions, layers),
                Proxy = found.Proxy,
            };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static PolicySpace SpaceOf(SearchLayers layers, HardwareProfile hardware, PolicySearchOptions options)
    {
        var eight = new LayerBits(8, 8, 0);
        LayerCostTable costs = LayerCostTable.Build(
            layers.Shapes, hardware, options.BinaryWeights ? [1, .. _bits] : _bits, _bits, AdcWidths.Offered(hardware));
        if (options.Objective is Objective.Energy or Objective.EnergyDelay or Objective.ScheduledEnergy or Objective.ScheduledEnergyDelay
            && costs.Total([.. layers.Shapes.Select(_ => costs.IndexOf(eight))]).EnergyPj == 0)
            throw new CimException(ErrorCodes.NoEnergyFigures,
                $"The objective is energy, but hardware profile '{hardware.Name}' states no energy figures. Choose another objective or "
                + $"profile.");
        ImmutableDictionary<int, LayerBits> fixedLayers = layers.LayerOfShape.Select((l, i) => (l, i))
            .Where(p => p.l < 0 || IsEdge(p.i))
            .ToImmutableDictionary(p => p.i, p => p.l < 0 ? eight : new LayerBits(options.EdgeBits, options.EdgeBits, 0));
        return PolicySpace.Create(costs, options.Objective, layers.Together(), options.MaxArrays != long.MaxValue, fixedLayers);

        bool IsEdge(int layer) => options.EdgeBits > 0 && (layer == 0 || layer == layers.Shapes.Length - 1);
    }
}
