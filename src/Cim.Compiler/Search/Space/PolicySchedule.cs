using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.ClosedForm;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Search.Space;

/// <summary>
/// What policies come to as schedules, with copies in the arrays that narrow weights leave: in closed form while a search goes on, and
/// as the compiled network has it for the best of what it found.
/// </summary>
internal sealed class PolicySchedule
{
    private readonly LayerCostTable _costs;
    private readonly LayerShape[] _shapes;
    private readonly LayerFigures?[] _figures; // [layer, choice]
    private readonly PipelineEstimate _estimate;
    private readonly Graph _graph;

    /// <param name="graph">The network.</param>
    /// <param name="costs">The layers of the space.</param>
    /// <param name="request">The schedule.</param>
    public PolicySchedule(Graph graph, LayerCostTable costs, ScheduleRequest request)
    {
        (_graph, _costs, Request) = (graph, costs, request);
        ScheduledNetwork network = Network(_ => new LayerBits(8, 8, 0));
        _shapes = [.. network.Graph.Layers];
        _estimate = new PipelineEstimate(network);
        _figures = new LayerFigures?[_shapes.Length * costs.Choices.Length];
    }

    /// <summary>What is asked for.</summary>
    public ScheduleRequest Request { get; }

    /// <summary>The schedule of a policy in closed form.</summary>
    /// <param name="policy">One choice a layer.</param>
    public ScheduleEstimate Estimate(ReadOnlySpan<int> policy)
    {
        var layers = new LayerFigures[policy.Length];
        for (int l = 0; l < layers.Length; l++) layers[l] = Figures(l, policy[l]);
        return _estimate.Of(layers, Request.ArraysOn(_costs.Profile));
    }

    /// <summary>The number to minimise, in closed form.</summary>
    /// <param name="policy">One choice a layer.</param>
    /// <param name="objective">One of a schedule.</param>
    public double Cost(ReadOnlySpan<int> policy, Objective objective) => Of(Estimate(policy), objective);

    /// <summary>The number to minimise as the compiled network has it.</summary>
    /// <param name="policy">One choice a layer.</param>
    /// <param name="objective">One of a schedule.</param>
    public double Simulated(ReadOnlySpan<int> policy, Objective objective) => Of(Simulate(policy), objective);

    /// <summary>The schedule as the compiled network has it.</summary>
    /// <param name="policy">One choice a layer.</param>
    public ScheduleEstimate Simulate(ReadOnlySpan<int> policy)
    {
        int[] choices = [.. policy];
        ScheduledNetwork network = Network(l => _costs.Choices[choices[l]]);
        Schedule schedule = PartitionedScheduler.Run(network, Request.Options(network.ArraysOnce));
        return new ScheduleEstimate(schedule.MakespanNs, 1e9 / schedule.ThroughputPerSecond, schedule.Energy.TotalPj);
    }

    /// <summary>The number to minimise.</summary>
    /// <param name="estimate">A schedule.</param>
    /// <param name="objective">One of a schedule.</param>
    public double Of(ScheduleEstimate estimate, Objective objective) => objective switch
    {
        Objective.ScheduledInterval => estimate.IntervalNs,
        Objective.ScheduledEnergy => estimate.EnergyPj,
        Objective.ScheduledEnergyDelay => estimate.EnergyPj
            * (Request.Goal == ScheduleGoal.Throughput ? estimate.IntervalNs : estimate.LatencyNs),
        _ => estimate.LatencyNs,
    };

    private LayerFigures Figures(int layer, int choice)
    {
        ref LayerFigures? known = ref _figures[(layer * _costs.Choices.Length) + choice];
        return known ??= Make(_shapes[layer], _costs.Choices[choice]);
    }

    private LayerFigures Make(LayerShape shape, LayerBits bits)
    {
        LayerCost once = CostOf(shape, bits, 1);
        bool hasNetwork = _costs.Profile.Chip.Topology != Cim.Runtime.Hardware.NetworkTopology.Ideal;
        return new LayerFigures(
            ScheduledNetwork.LoadOf(shape, once, _costs.Profile) with
            {
                PerExtraSet = LayerPacking.PerArray(shape, once, (s, copies) => CostOf(s, bits, copies), _costs.Profile),
            },
            once.Timing, bits.ActivationBits, once.EnergyPj - (hasNetwork ? once.Energy.InterconnectPj : 0));
    }

    private ScheduledNetwork Network(Func<int, LayerBits> bits)
    {
        var numbers = _costs.Layers.Select((l, i) => (l.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        return new ScheduledNetwork(_graph, _costs.Profile, (shape, copies) => CostOf(shape, bits(numbers[shape.Name]), copies));
    }

    private LayerCost CostOf(LayerShape shape, LayerBits bits, int copies) => CostModel.Of(
        shape, LayerMapper.Map(shape, bits.WeightBits, _costs.Profile), bits.WeightBits, bits.ActivationBits, bits.AdcBits,
        _costs.Profile, copies);
}
