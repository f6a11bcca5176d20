using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.QuantizationAware;

namespace Cim.Compiler.Candidates;

/// <summary>Quantization without training within a compilation, with the rounding that was asked for.</summary>
internal sealed class CandidateQuantizer : ICandidateQuantizer
{
    /// <summary>Arithmetic of learned rounding, in operations: one to two minutes on two cores, whatever the network.</summary>
    private const double Operations = 4e12;

    private const int MinUpdates = 40, MaxUpdates = 600;

    private (CompileContext Context, CalibrationData Data, PostTrainingQuantizer Quantizer)? _quantizer;

    public RoundedNetwork Quantize(CompileState state, QuantizationPolicy policy, CompileContext context)
    {
        (CompileOptions asked, Graph graph, GraphInput input, CalibrationData calibration) =
            (context.Options, state.Graph, state.Input, state.Calibration);
        // Which bits of each output variation leaves usable was decided for the channels as they are, and training starts from integers of
        // its own.
        if (asked is { Rounding: RoundingMethods.Auto, Training: null, VariationAware: false }
            && new RoundingChoice(context, Quantizer(state, context)).Run(graph, input, calibration, policy) is { } chosen)
            return chosen;
        var rounded = new RoundedNetwork(
            graph, QuantizePlainly(state, policy, context, context.Progress),
            asked.Rounding == RoundingMethods.Nearest ? RoundingMethods.Nearest : RoundingMethods.Compensated);
        if (asked.Rounding != RoundingMethods.Learned) return rounded;
        BlockRounding.Check(graph, input, policy, !calibration.IsSynthetic);
        return rounded with
        {
            Quantized = new BlockRounding(context.Progress).Run(
                new TrainingStart(graph, rounded.Quantized, policy), input, calibration, Updates(graph), context.Cancellation),
            Method = RoundingMethods.Learned,
        };
    }

    public Graph QuantizePlainly(CompileState state, QuantizationPolicy policy, CompileContext context, IProgress<string>? progress) =>
        Quantizer(state, context).Quantize(state.Graph, state.Input, state.Calibration, policy, progress, context.Cancellation);

    private PostTrainingQuantizer Quantizer(CompileState state, CompileContext context)
    {
        // One for the samples of a compilation, which remembers what it measured on them.
        if (_quantizer is { } known && known.Context == context && known.Data == state.Calibration) return known.Quantizer;
        CompileOptions asked = context.Options;
        var options = new QuantizerOptions { Range = asked.Range };
        if (asked.Rounding == RoundingMethods.Nearest) options = options with { ErrorCompensationBits = 0 };
        var quantizer = new PostTrainingQuantizer(options,
            state.Calibration.IsSynthetic ? NormalisationRanges.Of(state.Graph) : null);
        _quantizer = (context, state.Calibration, quantizer);
        return quantizer;
    }

    private static int Updates(Graph graph) => (int)Math.Clamp(BlockRounding.Updates(graph, Operations), MinUpdates, MaxUpdates);
}
