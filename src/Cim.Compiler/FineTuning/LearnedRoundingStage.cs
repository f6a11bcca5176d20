using Cim.Compiler.Calibration;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Merging;
using Cim.Compiler.Quantization;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.PostTraining;
using Cim.Training.Quantization;
using Google.Protobuf;

namespace Cim.Compiler.FineTuning;

/// <summary>
/// Rounds weights so that the outputs of whole blocks of layers stay near the float network's (learned rounding with block
/// reconstruction, see docs/training.md), on calibration samples without labels. Activation ranges are those measured before.
/// </summary>
internal sealed class LearnedRoundingStage(IProgress<string>? progress)
{
    private const int Samples = 512, Batch = 32, MaxIterations = 600, MinIterations = 40;

    /// <summary>Arithmetic all blocks together may take, in operations: about a minute on two cores, whatever the network.</summary>
    private const double Operations = 4e12;

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
        const string Instead = "choose --rounding compensated, or nearest";
        if (!hasCalibration)
            throw Refused($"it follows the float network on calibration samples, and there are none; give some (--calibration), or {Instead}");
        if (policy.Layers.FirstOrDefault(l => l is not { Strips: null, ColumnGroups: null, Merge: null or StripTies.Exact }) is { } divided)
            throw Refused($"it knows one width a layer and weights of their own, and '{divided.Name}' has strips, groups of columns or merged strips; leave them out, or {Instead}");
        if (policy.Layers.FirstOrDefault(l => l.WeightBits == 1) is { } binary)
            throw Refused($"'{binary.Name}' has binary weights, which have a sign and nothing to round; give it 2 bits, or {Instead}");
        if (input.Ports is not [{ Type: ElementType.Float32, HasBatchAxis: true }] || !graph.HasSymbolicBatch)
            throw Refused($"it needs a network with one input of real numbers and a free batch axis, and this one has {Describe(input)}; {Instead}");
        if (MvmLayers.Find(graph).FirstOrDefault(l => l.WeightDequantize is not null) is { } given)
            throw Refused($"the model brings quantized weights ('{given.NodeName}'), which stay as they are; leave --rounding out, or give the float network");
    }

    private static string Describe(GraphInput input) => string.Join(", ", input.Ports.Select(p => $"'{p.Name}' ({p.Type}{(p.HasBatchAxis ? "" : ", fixed batch")})"));

    private static CimException Refused(string why) => new(ErrorCodes.WrongUsage, $"Rounding cannot be learned here: {why}.");

    /// <summary>Learns the rounding.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="rounded">The same network quantized, for its activation ranges.</param>
    /// <param name="input">Its input.</param>
    /// <param name="calibration">Unlabelled samples.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="cancellation">Checked between updates.</param>
    public Graph Run(Graph graph, Graph rounded, GraphInput input, CalibrationData calibration, QuantizationPolicy policy, CancellationToken cancellation)
    {
        SampleSet samples = TrainingSamples.Some(new SampleSet(calibration.Values, [.. input.Ports[0].SampleDims.Select(d => (long)d)], null), Samples);
        QuantizedNetwork network = StartingPoint.WithRanges(graph, rounded, policy, samples, null, cancellation);
        BiasCorrection.Apply(network, samples, cancellation);
        double macs = MvmLayers.Find(graph).Sum(l => (double)l.MacsPerImage);
        int iterations = (int)Math.Clamp(Operations / (OperationsPerMac * Batch * macs), MinIterations, MaxIterations);
        var options = new LearnedRoundingOptions { Iterations = iterations, BatchSize = Math.Min(Batch, samples.Count) };
        LearnedRounding.Apply(network, samples, options, new BlockLines(progress, iterations), cancellation);
        BiasCorrection.Apply(network, samples, cancellation);
        return OnnxImporter.Import(QuantizedExport.ToOnnx(network).ToByteArray(), null, null, cancellation);
    }

    private sealed class BlockLines(IProgress<string>? progress, int iterations) : IProgress<(int Block, int Blocks)>
    {
        public void Report((int Block, int Blocks) value) =>
            progress?.Report(FormattableString.Invariant($"learning the rounding of block {value.Block} of {value.Blocks} in {iterations} updates"));
    }
}
