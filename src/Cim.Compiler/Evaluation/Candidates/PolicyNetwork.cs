using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>A network whose precision can be set layer by layer and group by group, and its distance from the float network
/// measured.</summary>
internal sealed class PolicyNetwork : IDisposable
{
    private const int MinSamples = 64;

    private readonly FakeQuantizedNetwork _network;
    private readonly WeightCandidates _weights;
    private readonly Lazy<ActivationRanges> _ranges;
    private readonly StoredCandidates? _stored;
    private readonly QuantizableLayers _layers;
    private readonly Dictionary<(int Group, int Bits), OrtValue[]> _quantizers = [];
    private readonly float[] _reference;

    /// <param name="source">The float network and its samples.</param>
    /// <param name="layers">The layers whose precision is searched.</param>
    /// <param name="bits">The weight widths needed of each layer.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public PolicyNetwork(
        SampledNetwork source, QuantizableLayers layers, IReadOnlyList<int[]> bits, CancellationToken cancellation)
    {
        (Source, _layers) = (source, layers);
        (Graph graph, GraphInput input, SearchData data) = source;
        _stored = source.Store is { } store ? StoredCandidates.Open(store) : null;
        _ranges = new Lazy<ActivationRanges>(
            () => new ActivationRanges(graph, input, data.Fit, layers.Groups, source.Quantizer, cancellation));
        _weights = new WeightCandidates(source, layers.Layers, bits, _stored, cancellation);
        _network = new FakeQuantizedNetwork(graph, input, layers.Layers, layers.Groups, cancellation);
        _reference = _stored?.Reference() ?? _network.Run(data.Validation, int.MaxValue, Parameters(_ => 0, _ => 0), cancellation);
        Comparison = OutputComparison.For(graph, input, _reference, data.Validation.Count, data.Labels);
    }

    /// <summary>The float network and its samples.</summary>
    public SampledNetwork Source { get; }

    public ImmutableArray<MvmLayer> Layers => _layers.Layers;

    public int Groups => _layers.Groups.Length;

    /// <summary>Compares outputs of validation samples with the float network's.</summary>
    public OutputComparison Comparison { get; }

    /// <summary>Runs validation samples with a choice of widths; 0 = float.</summary>
    /// <param name="weightBits">By index of <see cref="Layers"/>.</param>
    /// <param name="activationBits">By group.</param>
    /// <param name="samples">At most this many.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public Distance Measure(Func<int, int> weightBits, Func<int, int> activationBits, int samples, CancellationToken cancellation) =>
        Comparison.Of(_network.Run(Source.Data.Validation, samples, Parameters(weightBits, activationBits), cancellation));

    /// <summary>
    /// Runs validation samples, and stops where a policy has certainly lost more than a budget: at an eighth, a quarter and half of
    /// the samples what is lost at least (<see cref="Distance.LeastPoints"/>) must not exceed it.
    /// </summary>
    /// <param name="weightBits">By index of <see cref="Layers"/>.</param>
    /// <param name="activationBits">By group.</param>
    /// <param name="budget">Percentage points; infinite = all samples are run.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public Distance MeasureWithEarlyStopping(
        Func<int, int> weightBits, Func<int, int> activationBits, double budget, CancellationToken cancellation)
    {
        int samples = Source.Data.Validation.Count, next = Math.Max(MinSamples, samples / 8);
        return Comparison.Of(
            _network.Run(Source.Data.Validation, int.MaxValue, Parameters(weightBits, activationBits), cancellation, IsHopeless));

        bool IsHopeless(int count, List<float> outputs)
        {
            if (count < next || count >= samples || !double.IsFinite(budget)) return false;
            next *= 2;
            return Comparison.Of(CollectionsMarshal.AsSpan(outputs)).LeastPoints > budget;
        }
    }

    /// <summary>Adds what was quantized here to what processes share, if they do and there is anything to add.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0008: the file cannot be written.</exception>
    public void Share()
    {
        if (Source.Store is not { IsReadOnly: false } store) return;
        (int Group, int Bits)[] asked = [.. _quantizers.Keys.Where(q => q.Bits > 0)];
        if (_stored is not null && _weights.Quantized.Count == 0 && asked.All(_stored.Activations.ContainsKey)) return;
        var all = new QuantizedWidths(
            [.. _stored?.All() ?? [], .. _weights.Quantized],
            [
                .. asked.Concat(_stored?.Activations.Keys ?? []).Distinct().Order()
                    .Select(q => StoredQuantizer.Of(q.Group, q.Bits, Activations(q.Group, q.Bits))),
            ],
            [.. Enumerable.Range(0, Groups).Select(Magnitude)], _reference);
        StoredCandidates.Write(store, all);
    }

    public void Dispose()
    {
        _network.Dispose();
        _weights.Dispose();
        _stored?.Dispose();
        foreach (OrtValue value in _quantizers.Values.SelectMany(q => q)) value.Dispose();
    }

    private Dictionary<string, OrtValue> Parameters(Func<int, int> weightBits, Func<int, int> activationBits)
    {
        var parameters = new Dictionary<string, OrtValue>(StringComparer.Ordinal);
        for (int l = 0; l < Layers.Length; l++)
        {
            string name = Layers[l].NodeName;
            (parameters[FakeQuantizedNetwork.Weight(name)], parameters[FakeQuantizedNetwork.Bias(name)]) = _weights[l, weightBits(l)];
        }

        for (int g = 0; g < Groups; g++)
        {
            OrtValue[] values = Quantizer(g, activationBits(g));
            (string inverse, string low, string high, string scale) = FakeQuantizedNetwork.Quantizer(g);
            (parameters[inverse], parameters[low], parameters[high], parameters[scale]) = (values[0], values[1], values[2], values[3]);
        }

        return parameters;
    }

    private OrtValue[] Quantizer(int group, int bits)
    {
        if (_quantizers.TryGetValue((group, bits), out OrtValue[]? known)) return known;
        // "Float" is 2^23 levels over twice the range seen: nothing clips, and rounding is that of float32 itself.
        float magnitude = (float)Math.Max(Magnitude(group), WeightScales.Smallest * (1 << 22));
        QuantizationParameters? p = bits == 0 ? null : Activations(group, bits);
        float scale = p?.Scale ?? magnitude / (1 << 22);
        float[] numbers = p is null
            ? [1 / scale, -(1 << 24), 1 << 24, scale]
            : [1 / scale, p.Min - p.ZeroPoint, p.Max - p.ZeroPoint, scale];
        return _quantizers[(group, bits)] = [.. numbers.Select(n => OnnxSession.Tensor(new[] { n }, []))];
    }

    private double Magnitude(int group) => _stored?.Magnitudes[group] ?? _ranges.Value.Magnitude(group);

    private QuantizationParameters Activations(int group, int bits) => _stored?.Activations.GetValueOrDefault((group, bits))
        ?? _ranges.Value.Parameters(group, bits);
}
