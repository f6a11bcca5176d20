using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Evaluation.Candidates;

/// <summary>
/// The most that can be saved within a loss, by bisection over the share that is saved: the network is quantized on one part of the
/// calibration samples and evaluated on the other.
/// </summary>
/// <param name="request">The network with its samples, and the loss.</param>
internal sealed class LargestSaving(SavingRequest request)
{
    private const double Most = 0.95;
    private const int Bisections = 6, EvaluationSamples = 512;

    /// <summary>The policy that saves most; that of saving nothing if no share stays within the loss.</summary>
    /// <param name="saving">The policy that saves a share, 0 to 1.</param>
    /// <param name="what">What saves, for progress lines.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public QuantizationPolicy Find(
        Func<double, QuantizationPolicy> saving, string what, IProgress<string>? progress, CancellationToken cancellation)
    {
        (Graph graph, GraphInput input, HardwareProfile hardware, SearchData? samples) = request;
        SearchData data = samples!;
        var quantizer = new PostTrainingQuantizer(request.Quantizer);
        OutputComparison comparison = OutputComparison.WithFloat(graph, input, data, EvaluationSamples, cancellation);
        (double low, double high) = (0, Most); // Low is within the loss, or nothing is.
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (low + high) / 2;
            var network = new AdcNetwork(graph, input, hardware, data.Fit, saving(middle), quantizer, cancellation);
            Distance distance = comparison.Of(network.Run(data.Validation, EvaluationSamples, _ => AdcNetwork.Ideal, cancellation));
            progress?.Report(
                FormattableString.Invariant($"Saving {100 * middle:F1} % of the cells by {what} loses {distance.LossPoints:F2} points"));
            if (distance.BudgetPoints <= request.MaxLoss) low = middle;
            else high = middle;
        }

        return saving(low);
    }
}
