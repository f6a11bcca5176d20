using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>What moves between cores row by row, and over which links: bits are spread evenly over the cores that send and
/// receive.</summary>
internal sealed class ChipFlows
{
    private const int PartialSumBits = 24, MostSampled = 32;

    private readonly StageGraph _graph;
    private readonly CoresOfLayers _cores;
    private readonly ChipFigures _chip;

    /// <summary>The flows of a placed network.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="cores">Where its layers lie.</param>
    /// <param name="needs">What they send.</param>
    /// <param name="chip">Links and routers.</param>
    public ChipFlows(StageGraph graph, CoresOfLayers cores, LayerNeeds needs, ChipFigures chip)
    {
        (_graph, _cores, _chip) = (graph, cores, chip);
        int stages = graph.Stages.Length;
        int[] owners = cores.Owners;
        Gathers = [.. Enumerable.Range(0, stages).Select(s => Gather(s, needs))];
        Of = [.. Enumerable.Range(0, stages).Select(s => graph.Consumers[s].Select(c => owners[c])
            .Where(o => o >= 0 && owners[s] >= 0 && o != owners[s]).Distinct().Order()
            .Select(reader => ToReader(s, reader, needs)).ToImmutableArray())];
        LinkNs = new double[cores.Grid.Links];
        for (int s = 0; s < stages; s++)
        {
            foreach (RowFlow flow in Of[s]) Count(flow, RowsNeeded(s, flow.Reader));
            if (Gathers[s] is { } gather) Count(gather, RowsNeeded(s, null));
        }

        InputNs = [.. graph.Stages.Select((stage, s) => stage.Inputs.Select(i => AloneNs(i.Producer, owners[s])).ToImmutableArray())];
    }

    /// <summary>By stage: partial sums of its row, where the row tiles of a copy lie on several cores; else null.</summary>
    public ImmutableArray<RowFlow?> Gathers { get; }

    /// <summary>By stage: its row to each other layer whose cores read it.</summary>
    public ImmutableArray<ImmutableArray<RowFlow>> Of { get; }

    /// <summary>By stage and input: nanoseconds from the end of a row until it is there, where nothing else moves.</summary>
    public ImmutableArray<ImmutableArray<double>> InputNs { get; }

    /// <summary>How many links there are.</summary>
    public int Links => _cores.Grid.Links;

    /// <summary>By link: nanoseconds it moves rows of an image that somebody waits for.</summary>
    public double[] LinkNs { get; }

    private void Count(RowFlow flow, int rows)
    {
        foreach (LinkLoad load in flow.Links) LinkNs[load.Link] += load.Ns * rows;
    }

    /// <summary>Rows up to the last one that readers need: all of them, or those on the cores of a layer.</summary>
    private int RowsNeeded(int s, int? reader) => _graph.Consumers[s].Where(c => reader is null || _cores.Owners[c] == reader)
        .SelectMany(c => _graph.Stages[c].Inputs.Where(i => i.Producer == s)
            .Select(i => 1 + Enumerable.Range(0, _graph.Stages[c].Rows).Max(i.Needs.Last)))
        .DefaultIfEmpty(0).Max();

    private double AloneNs(int producer, int reader) => Math.Max(
        Gathers[producer]?.AloneNs ?? 0, Of[producer].FirstOrDefault(f => f.Reader == reader)?.AloneNs ?? 0);

    private RowFlow ToReader(int s, int reader, LayerNeeds needs)
    {
        Stage stage = _graph.Stages[s];
        // A value travels once to each core that holds other columns of the layer that reads it.
        bool isLayer = _graph.Consumers[s].Any(c => _graph.Stages[c].Layer == reader);
        double columns = isLayer ? Math.Max(1, needs.CoresOfCopy[reader] / Math.Max(1, needs.RowTiles[reader])) : 1;
        double bits = stage.Elements * (double)needs.ActivationBits[reader] * columns / stage.Rows;
        return Between(_cores.Cores[_cores.Owners[s]], _cores.Cores[reader], bits, reader);
    }

    private RowFlow? Gather(int s, LayerNeeds needs)
    {
        int layer = _graph.Stages[s].Layer;
        if (layer < 0) return null;
        CoreRange all = _cores.Cores[layer];
        long senders = Math.Min(Math.Min(needs.CoresOfCopy[layer], needs.RowTiles[layer]) - 1, all.Count - 1);
        if (senders <= 0) return null;
        double bits = (double)_graph.Stages[s].Elements / _graph.Stages[s].Rows * senders * PartialSumBits;
        return Between(new CoreRange(all.First + 1, all.Count - 1), new CoreRange(all.First, 1), bits, layer);
    }

    private RowFlow Between(CoreRange from, CoreRange to, double bits, int reader)
    {
        CoreGrid grid = _cores.Grid;
        var loads = new SortedDictionary<int, double>();
        (int fromStep, int toStep) = (1 + ((from.Count - 1) / MostSampled), 1 + ((to.Count - 1) / MostSampled));
        (double hops, double chips, int pairs) = (0, 0, 0);
        for (int a = 0; a < from.Count; a += fromStep)
            for (int b = 0; b < to.Count; b += toStep, pairs++)
            {
                (int source, int target) = (_cores.Slots[from.First + a], _cores.Slots[to.First + b]);
                (hops, chips) = (hops + grid.Hops(source, target), chips + grid.ChipHops(source, target));
                foreach (int link in grid.Route(source, target)) loads[link] = loads.GetValueOrDefault(link) + 1;
            }

        // Of very many cores every n-th is looked at: its links stand for those of its neighbours.
        double share = bits / pairs / ((double)fromStep * toStep);
        double latency = 1e9 * ((hops / pairs * _chip.HopLatency) + (chips / pairs * _chip.ChipLinkLatency));
        return new RowFlow(reader, latency, [.. loads.Select(l => new LinkLoad(l.Key, 1e9 * l.Value * Seconds(l.Key, share, bits / pairs)))
            .Where(l => l.Ns > 0)]);
    }

    /// <summary>Seconds of a pair's bits on a link. All bits that leave a chip pass the link between chips, whichever cores were looked
    /// at.</summary>
    private double Seconds(int link, double share, double shareOfAll) => link >= _cores.Grid.FirstChipLink
        ? _chip.ChipLinkBitsPerSecond > 0 ? shareOfAll / _chip.ChipLinkBitsPerSecond : 0
        : _chip.LinkBitsPerSecond > 0 ? share / _chip.LinkBitsPerSecond : 0;
}

/// <summary>Where layers lie.</summary>
/// <param name="Cores">The cores of each layer.</param>
/// <param name="Owners">The layer on whose cores each stage works; -1 = none.</param>
/// <param name="Slots">The slot of each core.</param>
/// <param name="Grid">The slots of all chips.</param>
internal sealed record CoresOfLayers(ImmutableArray<CoreRange> Cores, int[] Owners, IReadOnlyList<int> Slots, CoreGrid Grid);

/// <summary>What layers send and receive.</summary>
/// <param name="ActivationBits">Bits of an activation by layer.</param>
/// <param name="CoresOfCopy">Cores that one copy of a layer takes.</param>
/// <param name="RowTiles">Row tiles of a layer.</param>
internal sealed record LayerNeeds(IReadOnlyList<int> ActivationBits, IReadOnlyList<long> CoresOfCopy, IReadOnlyList<long> RowTiles);
