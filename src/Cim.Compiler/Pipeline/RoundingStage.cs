using Cim.Compiler.Calibration;
using Cim.Compiler.FineTuning;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Pipeline;

/// <summary>Quantization without training within a compilation, with the rounding that was asked for.</summary>
internal static class RoundingStage
{
    /// <summary>The network with quantizers.</summary>
    /// <param name="context">The compilation.</param>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="calibration">Samples, for ranges and rounding.</param>
    /// <param name="policy">The precision of each layer.</param>
    /// <param name="hardware">The machine: rounding errors are compensated within the rows of an array.</param>
    /// <param name="learns">False for a network that is only compared with: there rounding is not learned.</param>
    public static Graph Run(CompileContext context, Graph graph, GraphInput input, CalibrationData calibration, QuantizationPolicy policy, HardwareProfile hardware, bool learns = true)
    {
        CompileOptions asked = context.Options;
        var options = new QuantizerOptions { Range = asked.Range, ArrayRows = hardware.Rows };
        if (asked.Rounding == "nearest") options = options with { ErrorCompensationBits = 0 };
        var quantizer = new PostTrainingQuantizer(options,
            calibration.IsSynthetic ? NormalisationRanges.Read(asked.ModelPath, asked.Import, graph) : null);
        Graph rounded = quantizer.Quantize(graph, input, calibration, policy, context.Progress, context.Cancellation);
        if (!learns || asked.Rounding != "learned") return rounded;
        LearnedRoundingStage.Check(graph, input, policy, !calibration.IsSynthetic);
        return new LearnedRoundingStage(context.Progress).Run(graph, rounded, input, calibration, policy, context.Cancellation);
    }
}
