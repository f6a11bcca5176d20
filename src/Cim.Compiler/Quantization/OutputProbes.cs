using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Quantization;

/// <summary>The probes of the layers of a network, by group of inputs that share a scale.</summary>
internal sealed class OutputProbes
{
    private const int Batch = 16, Samples = 128;

    private readonly ImmutableArray<ImmutableArray<OutputProbe>> _groups;

    /// <summary>Runs the float network over a few samples.</summary>
    public OutputProbes(
        Graph graph, GraphInput input, CalibrationData data, ImmutableArray<ActivationGroup> groups, CancellationToken cancellation)
    {
        Dictionary<string, MvmLayer> layers = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        int samples = Math.Min(Samples, GraphMemory.Samples(graph));
        using var network = new StagedExecutor(graph, input, data.Spread(input, samples), Batch, samples);
        var probes = new Dictionary<string, OutputProbe>(StringComparer.Ordinal);
        HashSet<string> read = [.. groups.SelectMany(g => g.Layers)];
        foreach (MvmLayer layer in layers.Values.Where(l => read.Contains(l.NodeName)))
        {
            cancellation.ThrowIfCancellationRequested();
            network.Compute([layer.Input, layer.Output], cancellation);
            probes[layer.NodeName] = Probe(layer, network);
            UnusedMemory.Collect();
        }

        _groups = [.. groups.Select(g => g.Layers.Select(l => probes[l]).ToImmutableArray())];
    }

    /// <summary>The probe of a layer whose input and output the network has computed.</summary>
    public static OutputProbe Probe(MvmLayer layer, StagedExecutor network)
    {
        LayerSamples samples = LayerSamples.Gather(layer, network, layer.Input, network, ProbedPositions.Searched(layer));
        return new OutputProbe(layer, ProbedPositions.Of(layer, samples), samples);
    }

    /// <summary>The largest magnitude of each channel of what a matrix product reads in all samples, padding left out.</summary>
    public static float[] ChannelMagnitudes(MvmLayer layer, StagedExecutor network)
    {
        float[] largest = new float[layer.RowsPerGroup];
        for (int run = 0; run < network.Runs; run++)
        {
            ReadOnlySpan<float> values = PaddingMask.Counted(network.Value(run, layer.Input), largest.Length, network.Padding(run));
            for (int i = 0; i < values.Length; i++)
                largest[i % largest.Length] = Math.Max(largest[i % largest.Length], Math.Abs(values[i]));
        }

        return largest;
    }

    /// <summary>The quantizer with the least error of the outputs of a group's layers; of equal ones the first.</summary>
    public QuantizationParameters Best(int group, IEnumerable<QuantizationParameters> candidates) =>
        candidates.MinBy(c => Error(group, c))!;

    /// <summary>The error of the outputs of a group's layers with this quantizer of their input, see
    /// <see cref="OutputProbe.Error"/>.</summary>
    public double Error(int group, QuantizationParameters quantizer) => _groups[group].Sum(p => p.Error(quantizer, p.Weights([], 0), []));
}
