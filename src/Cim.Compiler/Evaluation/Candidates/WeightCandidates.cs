using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>
/// The weights of every layer at every width, quantized once as post-training quantization does (error-compensating rounding,
/// bias correction), on what the float network feeds each layer. Width 0 is the float weights.
/// </summary>
internal sealed class WeightCandidates : IDisposable
{
    private const int StagedBatch = 16;

    private readonly Dictionary<(int Layer, int Bits), (OrtValue Weight, OrtValue Bias)> _values = [];
    private readonly List<(int Layer, LayerWeights Weights)> _quantized = [];
    private readonly ImmutableArray<MvmLayer> _layers;
    private readonly Graph _graph;
    private readonly StoredCandidates? _stored;

    /// <param name="source">The float network and its samples.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="bits">The widths needed of each layer.</param>
    /// <param name="stored">Weights that need not be quantized again; null for none.</param>
    /// <param name="cancellation">Checked at every layer.</param>
    public WeightCandidates(
        SampledNetwork source, ImmutableArray<MvmLayer> layers, IReadOnlyList<int[]> bits, StoredCandidates? stored,
        CancellationToken cancellation)
    {
        (_graph, _layers, _stored) = (source.Graph, layers, stored);
        int[][] missing = [.. bits.Select((b, l) => b.Where(w => stored?.Has(l, w) != true).ToArray())];
        // No layer behind the last one that is quantized has to be reached.
        int end = Array.FindLastIndex(missing, m => m.Length > 0) + 1;
        if (end > 0) Quantize(source, missing.AsSpan(0, end), cancellation);
    }

    /// <summary>What was quantized here and is to be shared.</summary>
    public IReadOnlyList<(int Layer, LayerWeights Weights)> Quantized => _quantized;

    /// <summary>The values of a layer at a width; 0 = float.</summary>
    public (OrtValue Weight, OrtValue Bias) this[int layer, int bits]
    {
        get
        {
            if (!_values.ContainsKey((layer, bits)))
            {
                if (bits == 0) Add(layer, 0, _layers[layer].WeightMatrix.Span<float>().ToArray(), FloatBias(_layers[layer]));
                else Add(layer, _stored!.Weights(layer, bits));
            }

            return _values[(layer, bits)];
        }
    }

    public void Dispose()
    {
        foreach ((OrtValue weight, OrtValue bias) in _values.Values)
        {
            weight.Dispose();
            bias.Dispose();
        }

        _values.Clear();
    }

    private void Quantize(SampledNetwork source, ReadOnlySpan<int[]> missing, CancellationToken cancellation)
    {
        (Graph graph, QuantizerOptions options) = (source.Graph, source.Quantizer);
        using var executor = new StagedExecutor(
            graph, source.Input, source.Data.Fit, StagedBatch, GraphMemory.Samples(graph));
        for (int l = 0; l < missing.Length; l++)
        {
            MvmLayer layer = _layers[l];
            cancellation.ThrowIfCancellationRequested();
            // In the same pieces whatever is missing, so that the last bits of values are the same.
            executor.Compute([layer.Input], cancellation);
            executor.Compute([layer.Input, layer.Output], cancellation);
            if (missing[l].Length == 0) continue;
            bool compensates = missing[l].Any(b => Compensates(layer, b, options));
            LayerStatistics statistics = LayerStatistics.Of(
                layer, LayerSamples.Gather(layer, executor, layer.Input, executor), compensates, cancellation);
            foreach (int b in missing[l])
            {
                LayerWeights weights = Compensates(layer, b, options)
                    ? WeightQuantizer.Compensated(layer, b, statistics, cancellation: cancellation)
                    : WeightQuantizer.Nearest(layer, b, statistics, cancellation: cancellation);
                if (layer.IsShared) weights = weights with { Bias = [.. FloatBias(layer)] };
                Add(l, weights);
                if (source.Store is { IsReadOnly: false }) _quantized.Add((l, weights));
            }
        }
    }

    private static bool Compensates(MvmLayer layer, int bits, QuantizerOptions options) =>
        bits <= options.ErrorCompensationBits && layer.RowsPerGroup <= WeightQuantizer.MaxCovarianceRows;

    private static float[] FloatBias(MvmLayer layer) => layer.Bias ?? new float[layer.Outputs];

    private void Add(int index, LayerWeights weights)
    {
        int rows = _layers[index].RowsPerGroup;
        float[] real = new float[weights.Integers.Length];
        for (int i = 0; i < real.Length; i++) real[i] = weights.Integers[i] * weights.Scales[i / rows];
        Add(index, weights.Bits, real, [.. weights.Bias]);
    }

    private void Add(int index, int bits, float[] matrix, float[] bias)
    {
        MvmLayer layer = _layers[index];
        Node node = _graph.Nodes.First(n => n.Name == layer.NodeName);
        float[] weights = matrix;
        if (node.Op == "MatMul")
        {
            weights = new float[matrix.Length];
            for (int c = 0; c < layer.Outputs; c++)
                for (int r = 0; r < layer.RowsPerGroup; r++) weights[(r * layer.Outputs) + c] = matrix[(c * layer.RowsPerGroup) + r];
        }

        long[] dims = [.. FakeQuantizedNetwork.WeightShape(_graph, node, layer).Dims.Select(d => (long)d)];
        _values[(index, bits)] = (OnnxSession.Tensor(weights, dims), OnnxSession.Tensor(bias, [bias.Length]));
    }
}
