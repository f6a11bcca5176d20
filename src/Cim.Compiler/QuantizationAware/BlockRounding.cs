using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.PostTraining;
using Cim.Training.Quantization;
using Google.Protobuf;

namespace Cim.Compiler.QuantizationAware;

/// <summary>
/// Rounds weights so that the outputs of whole blocks of layers stay near the float network's (learned rounding with block
/// reconstruction, see docs/training.md), on calibration samples without labels. It starts from the integers, scales and ranges of a
/// network that is rounded already, and decides between each integer and the next one on the side of the real weight.
/// </summary>
internal sealed class BlockRounding(IProgress<string>? progress)
{
    private const int Samples = 512, CorrectionSamples = 256, Batch = 32;

    /// <summary>Forward, and two gradients.</summary>
    private const double OperationsPerMac = 6;

    /// <summary>Refuses what no rounding can be learned for, before anything is computed.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="hasCalibration">Whether there are calibration samples.</param>
    /// <exception cref="CimException">CIM0010 with the reason.</exception>
    public static void Check(Graph graph, GraphInput input, QuantizationPolicy policy, bool hasCalibration)
    {
        if (Refusal(graph, input, policy, hasCalibration) is { } why)
            throw OptionError.Usage($"Rounding cannot be learned here: {why}.");
    }

    /// <summary>Why no rounding can be learned, and what to do; null if it can.</summary>
    public static MessageText? Refusal(Graph graph, GraphInput input, QuantizationPolicy policy, bool hasCalibration)
    {
        MessageText instead = $"choose {OptionTable.Rounding.With("compensated")}, or nearest";
        if (!hasCalibration)
            return $"it follows the float network on calibration samples, and there are none; set {OptionTable.Calibration.Named()}, or "
                + $"{instead}";
        if (policy.Layers.FirstOrDefault(
            l => !l.Layout.IsUndivided) is { } divided)
            return $"it knows one width a layer and weights of their own, and '{divided.Name}' has strips, groups of columns or "
                + $"shared columns; leave them out, or {instead}";
        if (policy.Layers.FirstOrDefault(l => l.WeightBits == 1) is { } binary)
            return $"'{binary.Name}' has binary weights, which have a sign and nothing to round; give it 2 bits, or {instead}";
        if (input.Ports is not [{ Type: ElementType.Float32, HasBatchAxis: true }] || !graph.HasSymbolicBatch)
            return $"it needs a network with one input of real numbers and a free batch axis, and this one has {Describe(input)}; "
                + $"{instead}";
        if (MvmLayers.Find(graph).FirstOrDefault(l => l.WeightDequantize is not null) is { } prequantized)
            return $"the model brings quantized weights ('{prequantized.NodeName}'), which stay as they are; leave "
                + $"{OptionTable.Rounding.Named()} out, or compile the float network";
        if (MvmLayers.Find(graph).FirstOrDefault(l => l.IsShared) is { } shared)
            return $"'{shared.NodeName}' shares its weights with {shared.Uses.Length - 1} other nodes, whose errors it would not see; "
                + $"{instead}";
        return null;
    }

    private static string Describe(GraphInput input) =>
        string.Join(", ", input.Ports.Select(p => $"'{p.Name}' ({p.Type}{(p.HasBatchAxis ? "" : ", fixed batch")})"));

    /// <summary>Updates of each block that so many operations allow.</summary>
    public static double Updates(Graph graph, double operations) =>
        operations / (OperationsPerMac * Batch * MvmLayers.Find(graph).Sum(l => (double)l.MacsPerImage));

    /// <summary>Learns the rounding.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="input">The network's input.</param>
    /// <param name="calibration">Unlabelled samples.</param>
    /// <param name="updates">Of each block.</param>
    /// <param name="cancellation">Checked between updates.</param>
    public Graph Run(TrainingStart start, GraphInput input, CalibrationData calibration, int updates, CancellationToken cancellation)
    {
        SampleSet samples = TrainingSamples.Some(
            new SampleSet(calibration.Values, [.. input.Ports[0].SampleDims.Select(d => (long)d)], null), Samples);
        QuantizedNetwork network = StartingPoint.Of(start, samples, null, cancellation);
        TrainableNetwork reference = TrainableNetwork.FromOnnx(OnnxExporter.Export(start.Float));
        Dictionary<string, float[]> real = MvmLayers.Find(start.Float)
            .ToDictionary(l => l.NodeName, l => l.WeightMatrix.Span<float>().ToArray(), StringComparer.Ordinal);
        var options = new LearnedRoundingOptions
        {
            RealWeights = real,
            Reference = reference,
            Iterations = updates,
            BatchSize = Math.Min(Batch, samples.Count),
        };
        LearnedRounding.Apply(network, samples, options, new BlockLines(progress, updates), cancellation);
        BiasCorrection.Apply(network, TrainingSamples.Some(samples, CorrectionSamples), reference, cancellation);
        return OnnxImporter.Import(QuantizedExport.ToOnnx(network).ToByteArray(), null, null, cancellation);
    }

    private sealed class BlockLines(IProgress<string>? progress, int updates) : IProgress<(int Block, int Blocks)>
    {
        public void Report((int Block, int Blocks) value) =>
            progress?.Report(
                FormattableString.Invariant($"learning the rounding of block {value.Block} of {value.Blocks} in {updates} updates"));
    }
}
