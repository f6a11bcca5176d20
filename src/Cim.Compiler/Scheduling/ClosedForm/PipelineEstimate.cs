using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.ClosedForm;

/// <summary>
/// A schedule in closed form, microseconds to compute: a stage starts when the rows under its first window exist, makes its rows at an
/// even rate, and ends no sooner than the rows that need the last row of an input are made after it. Copies are those of the fastest
/// slowest layer. On a chain whose stages all make a row from a row this is the simulated schedule; a search over precisions asks for
/// nothing else, and simulates the best of what it found.
/// </summary>
internal sealed class PipelineEstimate
{
    private readonly StageGraph _graph;
    private readonly HardwareProfile _profile;
    private readonly int[] _owners;
    private readonly ImmutableArray<int>[] _uses;
    private readonly Feed[][] _feeds;
    private readonly double[] _digitalNs;
    private readonly ImmutableArray<ImmutableArray<double>>? _inputNs;
    private readonly double _loadNs;
    private readonly int _cores;
    private readonly ScheduleEnergy _reference;
    private readonly double[] _networkPjPerBit;

    /// <param name="network">The network at any precision: its stages and, by its bits, what moves between cores.</param>
    public PipelineEstimate(ScheduledNetwork network)
    {
        (_graph, _profile) = (network.Graph, network.Profile);
        _cores = Math.Max(1, _profile.AllCores);
        _owners = LayerTraffic.Owners(_graph);
        _uses = [.. _graph.Layers.Select((_, l) => Enumerable.Range(0, _graph.Stages.Length)
            .Where(s => _graph.Stages[s].Layer == l).ToImmutableArray())];
        _feeds = [.. _graph.Stages.Select(s => s.Inputs.Select(i => new Feed(s, i, _graph.Stages[i.Producer].Rows)).ToArray())];
        double rate = _profile.Chip.DigitalOperationsPerSecond;
        _digitalNs = [.. _graph.Stages.Select(s => s.Layer < 0 && !s.IsView && rate > 0 ? 1e9 * s.Operations / rate : 0)];
        long[] once = [.. network.Loads.Select(_ => 1L)];
        var placement = new ChipPlacement(
            _graph, [.. network.Loads.Select(l => l.Arrays)], once, [.. network.Costs.Select(c => c.ActivationBits)], _profile);
        (_inputNs, _loadNs) = (placement.InputNs, network.LoadNs);
        _reference = ScheduleEnergy.Of(network, placement);
        _networkPjPerBit = NetworkEnergy(network, placement);
    }

    /// <summary>The schedule of the network at certain bits.</summary>
    /// <param name="layers">Its layers.</param>
    /// <param name="arrays">Arrays for all copies; less than one copy of each takes: the chip is programmed anew in between.</param>
    public ScheduleEstimate Of(IReadOnlyList<LayerFigures> layers, long arrays)
    {
        long once = 0;
        foreach (LayerFigures layer in layers) once += layer.Load.Arrays;
        long[] sets = EvenCopies.Of([.. layers.Select(l => l.Load)], arrays - once);
        (double latency, double interval) = Times(layers, sets);
        double energy = _reference.DigitalPj + _reference.OffChipPj;
        for (int l = 0; l < layers.Count; l++)
            energy += layers[l].EnergyPj + (_networkPjPerBit[l] * layers[l].ActivationBits);
        if (arrays <= 0 || once <= arrays) return new ScheduleEstimate(latency, interval, energy);

        // Parts follow each other, each on the whole chip.
        double parts = Math.Ceiling((double)once / arrays);
        double programming = 1e9 * _profile.WriteLatency * ((once + _cores - 1) / _cores);
        double all = (latency * parts) + programming;
        return new ScheduleEstimate(all, all, energy);
    }

    private (double LatencyNs, double IntervalNs) Times(IReadOnlyList<LayerFigures> layers, long[] sets)
    {
        int count = _graph.Stages.Length;
        double[] first = new double[count], last = new double[count];
        double[] units = new double[layers.Count + 1], opened = new double[layers.Count + 1];
        Array.Fill(opened, double.PositiveInfinity);
        (double latency, double interval) = (0, _loadNs);
        for (int l = 0; l < layers.Count; l++)
            interval = Math.Max(interval, layers[l].Timing.SetupNs + layers[l].Load.BusyNs(sets[l]));
        for (int s = 0; s < count; s++)
        {
            Stage stage = _graph.Stages[s];
            (double setup, double busy, double drain) = Work(s, layers, sets);
            (double ready, double done) = (stage.InputShare.IsDefaultOrEmpty ? 0 : stage.InputShare[0] * _loadNs, 0);
            for (int i = 0; i < _feeds[s].Length; i++)
            {
                Feed feed = _feeds[s][i];
                (int p, double from, double transfer) = (feed.Producer, setup > 0 ? 1 : feed.ForFirst, _inputNs?[s][i] ?? 0);
                ready = Math.Max(ready, first[p] + ((last[p] - first[p]) * from) + transfer);
                done = Math.Max(done, last[p] + transfer + (busy * feed.AfterLast));
            }

            if (stage.Layer < 0 && busy > 0)
            {
                // Operators of a layer's cores take turns at its digital units: the last one ends when all have had theirs.
                int unit = _owners[s] + 1;
                (opened[unit], units[unit]) = (Math.Min(opened[unit], ready), units[unit] + busy);
                (interval, done) = (Math.Max(interval, units[unit]), Math.Max(done, opened[unit] + units[unit]));
            }

            first[s] = ready + setup + (busy / stage.Rows) + drain;
            last[s] = Math.Max(ready + setup + busy, done) + drain;
            latency = Math.Max(latency, last[s]);
        }

        return (latency, interval);
    }

    private (double SetupNs, double BusyNs, double DrainNs) Work(int s, IReadOnlyList<LayerFigures> layers, long[] sets)
    {
        int layer = _graph.Stages[s].Layer, owner = _owners[s];
        if (layer >= 0)
        {
            LayerFigures own = layers[layer];
            return (own.Timing.SetupNs, own.Load.BusyNs(sets[layer]) / _uses[layer].Length, own.Timing.DrainNs);
        }

        if (_digitalNs[s] == 0) return default;
        long cores = owner < 0 ? 1
            : ((layers[owner].Load.Arrays * sets[owner]) + _profile.ArraysPerCore - 1) / _profile.ArraysPerCore;
        return (0, _digitalNs[s] / Math.Max(1, cores), 0);
    }

    /// <summary>By layer: energy of the network between cores for each bit of its input, at the slots of the reference.</summary>
    private double[] NetworkEnergy(ScheduledNetwork network, ChipPlacement placement)
    {
        double[] energy = new double[_graph.Layers.Length];
        foreach (LayerTraffic traffic in placement.Traffic)
            energy[traffic.To] += traffic.Bits / Math.Max(1, network.Costs[traffic.To].ActivationBits) * _profile.Chip.HopEnergyPjPerBit
                * TrafficPlacement.Hops(placement.Cores[traffic.From], placement.Cores[traffic.To], placement.Grid, placement.Slots);
        return energy;
    }

    /// <summary>An input of a stage.</summary>
    private sealed class Feed(Stage stage, StageInput input, int rows)
    {
        public int Producer { get; } = input.Producer;

        /// <summary>Share of the input's rows, beyond the first, under the first window.</summary>
        public double ForFirst { get; } = rows < 2 ? 0 : (double)input.Needs.Last(0) / (rows - 1);

        /// <summary>Share of the stage's rows that need the last row of the input.</summary>
        public double AfterLast { get; } =
            (double)Enumerable.Range(0, stage.Rows).Count(r => input.Needs.Last(r) == rows - 1) / stage.Rows;
    }
}
