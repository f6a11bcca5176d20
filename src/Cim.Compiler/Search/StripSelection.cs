using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Sensitivity;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search;

/// <summary>
/// Gives the strips of a network their widths: for a compression that is asked for, or, by bisection over the compression, the
/// most that stays within the loss when the network is quantized so on one part of the calibration samples and judged on the other.
/// </summary>
internal static class StripSelection
{
    private const double Most = 0.95;
    private const int Bisections = 6, JudgeSamples = 512;

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
        Graph graph, GraphInput input, HardwareProfile hardware, SearchData? data, QuantizationPolicy policy, StripOptions options, double maxLoss,
        QuantizerOptions quantizer, ulong seed, IProgress<string>? progress, CancellationToken cancellation)
    {
        // Layers the model brings quantized keep their integers.
        ImmutableArray<MvmLayer> layers = [.. MvmLayers.Find(graph).Where(l => l.WeightDequantize is null)];
        if (layers.IsEmpty) return policy;
        Dictionary<string, float[]>? fisher = data is null ? null : WeightFisher.Measure(graph, input, data.Fit, layers, seed, progress, cancellation);
        var table = new StripTable(layers, fisher, hardware, options.Widths);
        if (options.Compression is { } asked) return table.Apply(policy, table.Choose(1 - asked, options.Unit));

        OutputComparison comparison = OutputComparison.WithFloat(graph, input, data!, JudgeSamples, cancellation);
        (double low, double high) = (0, Most); // Low is within the loss, or nothing is.
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2, loss = Loss(middle);
            progress?.Report(FormattableString.Invariant($"strips at {100 * middle:F1} % compression lose {loss:F2} points"));
            if (loss <= maxLoss) low = middle;
            else high = middle;
        }

        return table.Apply(policy, table.Choose(1 - low, options.Unit));

        double Loss(double compression)
        {
            QuantizationPolicy tried = table.Apply(policy, table.Choose(1 - compression, options.Unit));
            var network = new AdcNetwork(graph, input, hardware, data!.Fit, tried, quantizer, cancellation);
            return comparison.Of(network.Run(data.Validation, JudgeSamples, _ => AdcNetwork.Ideal, cancellation)).LossPoints;
        }
    }
}
