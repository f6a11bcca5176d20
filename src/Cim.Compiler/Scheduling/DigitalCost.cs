using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>
/// Digital operators of an inference one after the other, each on the units of the cores of the layer it follows: what comes on top of
/// the cost of the arrays where nothing overlaps. A schedule counts the same operations at work beside the arrays.
/// </summary>
/// <param name="Operations">Elements read or written, whichever are more, and multiply-accumulates of products of two
/// activations.</param>
/// <param name="LatencyNs">Nanoseconds; null if the profile states no rate.</param>
/// <param name="EnergyPj">Picojoule; null if the profile states no energy.</param>
internal sealed record DigitalCost(long Operations, double? LatencyNs, double? EnergyPj)
{
    private const double NsPerSecond = 1e9;

    /// <summary>Counts the digital operators of a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="cost">The cost of its layers on arrays.</param>
    /// <param name="profile">The hardware.</param>
    public static DigitalCost Of(Graph graph, Cost cost, HardwareProfile profile)
    {
        StageGraph stages = StageGraph.Of(graph, LayerShapes.Of(graph, profile));
        int[] owners = LayerTraffic.Owners(stages);
        double rate = profile.Chip.DigitalOperationsPerSecond, energy = profile.Chip.DigitalEnergyPj;
        double seconds = stages.Digital.Sum(s => stages.Stages[s].Operations / (rate * Cores(owners[s])));
        return new DigitalCost(
            stages.DigitalOperations, rate > 0 ? NsPerSecond * seconds : null, energy > 0 ? stages.DigitalOperations * energy : null);

        long Cores(int layer) => layer < 0 || profile.Execution == ExecutionModel.Serial
            ? 1
            : Math.Max(1, CostModel.Cores(cost.Layers[layer].Arrays, profile));
    }
}
