using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Pipeline;

/// <summary>A network quantized without training.</summary>
/// <param name="Float">The float network it stands for: the one imported, or the same with its channels equalized.</param>
/// <param name="Quantized">That network with quantizers.</param>
/// <param name="Method">How it was rounded: one of <see cref="RoundingMethods"/>, possibly after "equalized ".</param>
internal sealed record RoundedNetwork(Graph Float, Graph Quantized, string Method);

/// <summary>Quantization without training within a compilation, with the rounding that was asked for.</summary>
internal static class RoundingStage
{
    /// <summary>Arithmetic of learned rounding, in operations: one to two minutes on two cores, whatever the network.</summary>
    private const double Operations = 4e12;

    private const int MinUpdates = 40, MaxUpdates = 600;

    /// <summary>The network with quantizers.</summary>
    /// <param name="context">The compilation.</param>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="calibration">Samples, for ranges and rounding.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="hardware">The machine: rounding errors are compensated within the rows of an array.</param>
    /// <param name="isResult">False for a network that is only compared with: there nothing is learned and nothing chosen.</param>
    public static RoundedNetwork Run(CompileContext context, Graph graph, GraphInput input, CalibrationData calibration,
        QuantizationPolicy policy, HardwareProfile hardware, bool isResult = true)
    {
        CompileOptions asked = context.Options;
        var options = new QuantizerOptions { Range = asked.Range, ArrayRows = hardware.Rows };
        if (asked.Rounding == RoundingMethods.Nearest) options = options with { ErrorCompensationBits = 0 };
        var quantizer = new PostTrainingQuantizer(options,
            calibration.IsSynthetic ? NormalisationRanges.Read(asked.ModelPath, asked.Import, graph) : null);
        // What variation keeps of each output was decided for the channels as they are, and training starts from integers of its own.
        if (isResult && asked is { Rounding: RoundingMethods.Auto, Training: null, VariationAware: false }
            && new RoundingChoice(context, quantizer, hardware).Run(graph, input, calibration, policy) is { } chosen)
            return chosen;
        var rounded = new RoundedNetwork(
            graph, quantizer.Quantize(graph, input, calibration, policy, context.Progress, context.Cancellation),
            asked.Rounding == RoundingMethods.Nearest ? RoundingMethods.Nearest : RoundingMethods.Compensated);
        if (!isResult || asked.Rounding != RoundingMethods.Learned) return rounded;
        LearnedRoundingStage.Check(graph, input, policy, !calibration.IsSynthetic);
        return rounded with
        {
            Quantized = new LearnedRoundingStage(context.Progress)
                .Run(graph, rounded.Quantized, input, calibration, policy, hardware.Rows, Updates(graph), context.Cancellation),
            Method = RoundingMethods.Learned,
        };
    }

    private static int Updates(Graph graph) => (int)Math.Clamp(LearnedRoundingStage.Updates(graph, Operations), MinUpdates, MaxUpdates);
}
