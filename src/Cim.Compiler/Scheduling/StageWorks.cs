using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>What the stages of a network have to do, by the copies of its layers.</summary>
internal sealed class StageWorks
{
    private const int BitsOfByte = 8;

    private readonly ScheduledNetwork _network;
    private readonly int[] _owners;
    private readonly ImmutableArray<StageWork> _once;

    /// <param name="network">The network.</param>
    /// <param name="loads">Its layers, as copies are placed.</param>
    public StageWorks(ScheduledNetwork network, ImmutableArray<LayerLoad> loads)
    {
        (_network, Loads) = (network, loads);
        _owners = LayerTraffic.Owners(network.Graph);
        int[] uses = new int[network.Graph.Layers.Length];
        foreach (Stage stage in network.Graph.Stages.Where(s => s.Layer >= 0)) uses[stage.Layer]++;
        _once = [.. network.Graph.Stages.Select((stage, s) => Once(stage, s, uses))];
    }

    /// <summary>The layers, as copies are placed.</summary>
    public ImmutableArray<LayerLoad> Loads { get; }

    /// <summary>The work of every stage.</summary>
    /// <param name="sets">Sets of arrays of each layer. Digital operators use the units of all cores of their layer.</param>
    /// <param name="inputNs">By stage and input: until a row is there; null = no time.</param>
    public ImmutableArray<StageWork> Of(IReadOnlyList<long> sets, ImmutableArray<ImmutableArray<double>>? inputNs = null) =>
        [.. _once.Select((work, s) => inputNs is { } ns ? Of(work, s, sets) with { InputNs = ns[s] } : Of(work, s, sets))];

    private StageWork Of(StageWork work, int stage, IReadOnlyList<long> sets)
    {
        if (work.Resource >= 0)
            return sets[work.Resource] == 1 ? work : work with { Copies = Loads[work.Resource].AtOnce(sets[work.Resource]) };
        if (work.DigitalNs == 0) return work;
        int owner = _owners[stage];
        long perCore = _network.Profile.ArraysPerCore;
        long cores = owner < 0 ? 1 : ((Loads[owner].Arrays * sets[owner]) + perCore - 1) / perCore;
        return work with { DigitalNs = work.DigitalNs / Math.Max(1, cores) };
    }

    private StageWork Once(Stage stage, int index, int[] uses)
    {
        int bits = _owners[index] < 0 ? BitsOfByte : _network.Costs[_owners[index]].ActivationBits;
        long bytes = Math.Max(1, ((stage.Elements * bits / stage.Rows) + BitsOfByte - 1) / BitsOfByte);
        double load = stage.InputShare.IsDefaultOrEmpty ? 0 : _network.LoadNs;
        if (stage.Layer >= 0)
        {
            // Stages that use the same weights have their share of the layer's products.
            return new StageWork(Loads[stage.Layer].Products / uses[stage.Layer], _network.Costs[stage.Layer].Timing, 1,
                _network.Profile.Chip.Sharing) { Resource = stage.Layer, RowBytes = bytes, LoadNs = load };
        }

        double rate = _network.Profile.Chip.DigitalOperationsPerSecond;
        return StageWork.Free with
        {
            DigitalNs = rate > 0 && !stage.IsView ? 1e9 * stage.Operations / rate : 0, RowBytes = bytes, LoadNs = load,
        };
    }
}
