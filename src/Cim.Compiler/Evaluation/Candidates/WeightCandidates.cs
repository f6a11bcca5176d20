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

    private readonly Dictionary<(string Layer, int Bits), (OrtValue Weight, OrtValue Bias)> _values = [];

    /// <param name="source">The float network and its samples.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="bits">The widths needed of each layer.</param>
    /// <param name="cancellation">Checked at every layer.</param>
    public WeightCandidates(
        SampledNetwork source, ImmutableArray<MvmLayer> layers, IReadOnlyList<int[]> bits, CancellationToken cancellation)
    {
        (Graph graph, QuantizerOptions options) = (source.Graph, source.Quantizer);
        using var executor = new StagedExecutor(
            graph, source.Input, source.Data.Fit, StagedBatch, GraphMemory.Samples(graph));
        for (int l = 0; l < layers.Length; l++)
        {
            MvmLayer layer = layers[l];
            cancellation.ThrowIfCancellationRequested();
            executor.Compute([layer.Input], cancellation);
            executor.Compute([layer.Input, layer.Output], cancellation);
            Add(graph, layer, 0, layer.WeightMatrix.Span<float>().ToArray(), layer.Bias ?? new float[layer.Outputs]);
            bool compensates = bits[l].Any(b => Compensates(layer, b, options));
            LayerStatistics statistics = LayerStatistics.Of(
                layer, LayerSamples.Gather(layer, executor, layer.Input, executor), compensates, cancellation);
            foreach (int b in bits[l])
            {
                LayerWeights weights = Compensates(layer, b, options)
                    ? WeightQuantizer.Compensated(layer, b, statistics, cancellation: cancellation)
                    : WeightQuantizer.Nearest(layer, b, statistics, cancellation: cancellation);
                float[] real = new float[weights.Integers.Length];
                for (int i = 0; i < real.Length; i++) real[i] = weights.Integers[i] * weights.Scales[i / layer.RowsPerGroup];
                Add(graph, layer, b, real, layer.IsShared ? layer.Bias ?? new float[layer.Outputs] : [.. weights.Bias]);
            }
        }
    }

    /// <summary>The values of a layer at a width; 0 = float.</summary>
    public (OrtValue Weight, OrtValue Bias) this[string layer, int bits] => _values[(layer, bits)];

    public void Dispose()
    {
        foreach ((OrtValue weight, OrtValue bias) in _values.Values)
        {
            weight.Dispose();
            bias.Dispose();
        }

        _values.Clear();
    }

    private static bool Compensates(MvmLayer layer, int bits, QuantizerOptions options) =>
        bits <= options.ErrorCompensationBits && layer.RowsPerGroup <= WeightQuantizer.MaxCovarianceRows;

    private void Add(Graph graph, MvmLayer layer, int bits, float[] matrix, float[] bias)
    {
        Node node = graph.Nodes.First(n => n.Name == layer.NodeName);
        float[] weights = matrix;
        if (node.Op == "MatMul")
        {
            weights = new float[matrix.Length];
            for (int c = 0; c < layer.Outputs; c++)
                for (int r = 0; r < layer.RowsPerGroup; r++) weights[(r * layer.Outputs) + c] = matrix[(c * layer.RowsPerGroup) + r];
        }

        long[] dims = [.. FakeQuantizedNetwork.WeightShape(graph, node, layer).Dims.Select(d => (long)d)];
        _values[(layer.NodeName, bits)] = (OnnxSession.Tensor(weights, dims), OnnxSession.Tensor(bias, [bias.Length]));
    }
}
