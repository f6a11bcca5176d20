using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Strips;

/// <summary>
/// Gives the strips of a network their widths: for a compression that is asked for, or, by bisection over the compression, the
/// most that stays within the loss when the network is quantized so on one part of the calibration samples and judged on the other.
/// </summary>
internal static class StripSelection
{
    /// <summary>The policy with strips.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="hardware">The hardware.</param>
    /// <param name="data">Samples; may be null if a compression is given and no sensitivity can be measured.</param>
    /// <param name="policy">Activation and ADC bits, and the widths of layers that keep theirs.</param>
    /// <param name="options">How strips get their widths.</param>
    /// <param name="maxLoss">Percentage points, if no compression is given.</param>
    /// <param name="quantizer">As of the final quantization.</param>
    /// <param name="seed">Of the drawn classes.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static QuantizationPolicy Run(
        Graph graph, GraphInput input, HardwareProfile hardware, SearchData? data, QuantizationPolicy policy, StripOptions options,
        double maxLoss,
        QuantizerOptions quantizer, ulong seed, IProgress<string>? progress, CancellationToken cancellation)
    {
        // Layers the model brings quantized keep their integers.
        ImmutableArray<MvmLayer> layers = [.. MvmLayers.Find(graph).Where(l => l.WeightDequantize is null)];
        if (layers.IsEmpty) return policy;
        Dictionary<string, float[]>? fisher = data is null
            ? null
            : WeightFisher.Measure(graph, input, data.Fit, layers, seed, progress, cancellation);
        var table = new StripTable(layers, fisher, hardware, options.Widths);
        if (options.Compression is { } asked) return table.Apply(policy, table.Choose(1 - asked, options.Unit));

        return new LargestSaving(graph, input, hardware, data!, quantizer)
            .Find(compression => table.Apply(policy, table.Choose(1 - compression, options.Unit)), maxLoss, "strips", progress,
                cancellation);
    }
}
