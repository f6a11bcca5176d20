using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Partition;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Scheduling;

/// <summary>A network on a hardware before copies are placed: its stages, and the cost of each layer.</summary>
internal sealed class ScheduledNetwork
{
    private const int InputBits = 8;

    // Only a search for copies asks for it, and only where layers are whole.
    private readonly Lazy<ImmutableArray<long>> _packed;

    /// <summary>Costs every layer once.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="cost">The cost of a layer with a number of copies.</param>
    public ScheduledNetwork(Graph graph, HardwareProfile profile, Func<LayerShape, int, LayerCost> cost)
    {
        ImmutableArray<LayerShape> layers = LayerShapes.Of(graph, profile);
        if (profile.Chip.DenseGroups) layers = [.. layers.Select(Dense)];
        Profile = profile;
        Graph = StageGraph.Of(graph, layers);
        Costs = [.. layers.Select(layer => cost(layer, 1))];
        InputElements = graph.Inputs.Sum(i => graph.Values[i].Shape.Bind(1).Elements);
        OutputElements = graph.Outputs.Sum(o => graph.Values[o].Shape.Bind(1).Elements);
        HashSet<string> convolutions = [.. graph.Nodes.Where(n => n.Op == "Conv").Select(n => n.Name)];
        _packed = new(() => [.. layers.Select((layer, i) => LayerPacking.PerArray(layer, Costs[i], cost, profile))]);
        Loads = [.. layers.Select(
            (layer, i) => LoadOf(layer, Costs[i], profile) with { IsConvolution = convolutions.Contains(layer.Name) })];
    }

    private ScheduledNetwork(
        HardwareProfile profile, StageGraph graph, ImmutableArray<LayerCost> costs, ImmutableArray<LayerLoad> loads,
        Lazy<ImmutableArray<long>> packed, (long Inputs, long Outputs) elements)
    {
        (Profile, Graph, Costs, Loads, _packed) = (profile, graph, costs, loads, packed);
        (InputElements, OutputElements) = elements;
    }

    /// <summary>Consecutive layers as a network of their own: what others make is there from the start.</summary>
    /// <param name="part">The layers, in the order of their first stages.</param>
    public ScheduledNetwork Part(NetworkPart part)
    {
        int[] first = FirstStages;
        int[] order = [.. Enumerable.Range(0, first.Length).OrderBy(l => first[l])];
        int from = part.First == 0 ? 0 : first[order[part.First]];
        int to = part.First + part.Count == order.Length ? Graph.Stages.Length : first[order[part.First + part.Count]];
        int[] layers = [.. Enumerable.Range(from, to - from).Select(s => Graph.Stages[s].Layer).Where(l => l >= 0).Distinct()];
        var numbers = layers.Select((l, i) => (l, i)).ToDictionary(p => p.l, p => p.i);
        long inputs = 0;
        HashSet<int> read = [];
        foreach (int producer in Enumerable.Range(from, to - from).SelectMany(s => Graph.Stages[s].Inputs).Select(i => i.Producer))
            if (producer < from && read.Add(producer)) inputs += Graph.Stages[producer].Elements;
        long outputs = Enumerable.Range(from, to - from).Where(s => Graph.Consumers[s].Any(c => c >= to))
            .Sum(s => Graph.Stages[s].Elements);
        var graph = new StageGraph(
            [.. Enumerable.Range(from, to - from).Select(s => Graph.Stages[s] with
            {
                Layer = Graph.Stages[s].Layer < 0 ? -1 : numbers[Graph.Stages[s].Layer],
                Inputs = [.. Graph.Stages[s].Inputs.Where(i => i.Producer >= from).Select(i => i with { Producer = i.Producer - from })],
            })],
            [], [.. layers.Select(l => Graph.Layers[l])]);
        return new ScheduledNetwork(Profile, graph, [.. layers.Select(l => Costs[l])], [.. layers.Select(l => Loads[l])],
            new(() => [.. layers.Select(l => Packed[l])]),
            (part.First == 0 ? InputElements : inputs, to == Graph.Stages.Length ? OutputElements : outputs))
        {
            // What a later part starts from is loaded between the parts.
            IsLoaded = part.First == 0,
        };
    }

    /// <summary>The first stage of each layer.</summary>
    public int[] FirstStages
    {
        get
        {
            int[] first = new int[Graph.Layers.Length];
            Array.Fill(first, int.MaxValue);
            for (int s = Graph.Stages.Length - 1; s >= 0; s--)
                if (Graph.Stages[s].Layer >= 0) first[Graph.Stages[s].Layer] = s;
            return first;
        }
    }

    private bool IsLoaded { get; init; } = true;

    /// <summary>The hardware.</summary>
    public HardwareProfile Profile { get; }

    /// <summary>Stages and layers.</summary>
    public StageGraph Graph { get; }

    /// <summary>The cost of each layer, one copy.</summary>
    public ImmutableArray<LayerCost> Costs { get; }

    /// <summary>The layers as copies are placed.</summary>
    public ImmutableArray<LayerLoad> Loads { get; }

    /// <summary>Copies of each layer that one set of arrays can hold.</summary>
    public ImmutableArray<long> Packed => _packed.Value;

    /// <summary>Elements that come in with an image.</summary>
    public long InputElements { get; }

    /// <summary>Elements of the results.</summary>
    public long OutputElements { get; }

    /// <summary>Nanoseconds in which the network's inputs come in from the memory beside the chip.</summary>
    public double LoadNs => IsLoaded && Profile.Chip.OffChipBitsPerSecond > 0
        ? 1e9 * InputElements * InputBits / Profile.Chip.OffChipBitsPerSecond
        : 0;

    /// <summary>Arrays of one copy of each layer.</summary>
    public long ArraysOnce => Costs.Sum(c => c.Arrays);

    /// <summary>Row tiles of a layer: arrays that hold parts of the same sum.</summary>
    public long RowTiles(int layer) => (Graph.Layers[layer].RowsPerGroup + Profile.Rows - 1) / Profile.Rows;

    /// <summary>A layer as copies of it are placed.</summary>
    public static LayerLoad LoadOf(LayerShape layer, LayerCost once, HardwareProfile profile) =>
        new(layer.Name, once.Arrays, layer.Mvms, once.Timing.ProductNs, profile.Chip.Sharing)
        {
            CanBeCopied = !layer.IsDynamic && profile.Execution == ExecutionModel.Resident,
        };

    /// <summary>A grouped convolution as one matrix.</summary>
    private static LayerShape Dense(LayerShape layer) => layer with
    {
        Groups = 1, RowsPerGroup = layer.Groups * layer.RowsPerGroup, ColumnsPerGroup = layer.Groups * layer.ColumnsPerGroup,
    };
}
