using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>Quantizes weights layer after layer: each layer sees what the quantized layers before it produce.</summary>
/// <param name="options">The choices.</param>
/// <param name="policy">Widths of each layer.</param>
/// <param name="progress">One line per layer.</param>
internal sealed class LayerwiseQuantizer(QuantizerOptions options, QuantizationPolicy policy, IProgress<string>? progress)
{
    private const int StagedBatch = 16;

    /// <param name="reference">The float network as imported.</param>
    /// <param name="quantized">The same network with quantizers of activations.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="layers">The layers whose weights are quantized, in graph order.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public Graph Run(
        Graph reference, Graph quantized, GraphInput input, CalibrationData data, ImmutableArray<MvmLayer> layers,
        CancellationToken cancellation)
    {
        int samples = GraphMemory.Samples(reference);
        using var float32 = new StagedExecutor(reference, input, data, StagedBatch, samples);
        using var staged = new StagedExecutor(quantized, input, data, StagedBatch, samples);
        var topology = new GraphTopology(reference);
        for (int i = 0; i < layers.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            MvmLayer layer = layers[i];
            progress?.Report($"quantizing layer {i + 1} of {layers.Length}: {layer.NodeName}");
            string layerInput = quantized.Nodes.First(n => n.Name == layer.NodeName).Inputs[0];
            float32.Compute([layer.Output], cancellation);
            staged.Compute([layerInput], cancellation);
            var read = new Lazy<LayerSamples>(Gather);
            LayerWeights weights = Weights(
                layer, covariance => LayerStatistics.Of(layer, read.Value, covariance, cancellation), cancellation);
            if (options.BiasCorrection && !layer.IsShared)
                weights = BiasRefinement.Refine(topology, layer, read.Value, weights);
            quantized = new QuantizeLayerWeights(
                new Dictionary<string, LayerWeights>(StringComparer.Ordinal) { [layer.NodeName] = weights }).Run(quantized);
            staged.Replace(quantized);
            UnusedMemory.Collect();

            LayerSamples Gather()
            {
                if (!layer.IsShared) return LayerSamples.Gather(layer, staged, layerInput, float32);
                using var whole = new StagedExecutor(reference, input, data, StagedBatch, samples);
                return SharedLayerSamples.Gather(layer, whole, cancellation);
            }
        }

        return quantized;
    }

    private LayerWeights Weights(MvmLayer layer, Func<bool, LayerStatistics> measure, CancellationToken cancellation)
    {
        int bits = policy.WeightBitsOf(layer.NodeName);
        StripWidths? strips = policy.Find(layer.NodeName)?.Layout.WidthsWithin;
        SharedColumns? shared = policy.Find(layer.NodeName)?.SharedColumns;
        bool compensate = shared is null && (strips is not null || bits <= options.ErrorCompensationBits)
            && layer.RowsPerGroup <= WeightQuantizer.MaxCovarianceRows;
        LayerStatistics? statistics = options.BiasCorrection || compensate ? measure(compensate) : null;
        LayerWeights weights = shared is not null
            ? SharedColumnQuantizer.Quantize(layer, shared, statistics)
            : compensate
            ? WeightQuantizer.Compensated(layer, bits, statistics!, strips, cancellation)
            : WeightQuantizer.Nearest(layer, bits, statistics, strips, cancellation);
        return options.BiasCorrection
            ? weights
            : weights with { Bias = layer.Bias is { } bias ? [.. bias] : [.. new float[layer.Outputs]] };
    }
}
