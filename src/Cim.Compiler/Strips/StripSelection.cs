using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Strips;

/// <summary>
/// Gives the strips of a network their widths: for a compression that is asked for, or, by bisection over the compression, the
/// most that stays within the loss when the network is quantized so on one part of the calibration samples and evaluated on the other.
/// </summary>
internal static class StripSelection
{
    /// <summary>The policy with strips.</summary>
    /// <param name="request">The network, its samples and the loss; without samples no sensitivity is measured.</param>
    /// <param name="policy">Activation and ADC bits, and the widths of layers that keep theirs.</param>
    /// <param name="options">How strips get their widths.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static QuantizationPolicy Run(
        SavingRequest request, QuantizationPolicy policy, StripOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        (Graph graph, GraphInput input, HardwareProfile hardware, SearchData? data) = request;
        // Layers the model brings quantized keep their integers.
        ImmutableArray<MvmLayer> layers = [.. MvmLayers.Find(graph).Where(l => l.WeightDequantize is null)];
        if (layers.IsEmpty) return policy;
        Dictionary<string, float[]>? fisher = data is null
            ? null
            : WeightFisher.Measure(graph, input, data.Fit, layers, request.Seed, progress, cancellation);
        var table = new StripTable(layers, fisher, hardware, options.Widths);
        if (options.Compression is { } asked) return table.Apply(policy, table.Choose(1 - asked, options.Unit));

        return new LargestSaving(request).Find(
            compression => table.Apply(policy, table.Choose(1 - compression, options.Unit)), "strips", progress, cancellation);
    }
}
