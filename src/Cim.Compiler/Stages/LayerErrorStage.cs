using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>
/// Afterwards the error of each layer is known. A layer of 8 bits is near the float one's. Where it is not (numbers too large or too small
/// for 32-bit floats, ranges fitted to samples unlike those it is measured on), a warning names it, so that no wrong result goes unnoticed.
/// </summary>
internal sealed class LayerErrorStage : ICompileStage
{
    /// <summary>Relative errors 8 bits do not have: of a layer alone, and with those of all layers before it.</summary>
    private const double Own = 0.25, Total = 0.5;

    public string Name => "LayerErrors";

    public string Announcement(CompileState state, CompileContext context) => "measuring the error of each layer";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CalibrationData samples = context.Sources.ReadErrorSamples(
            state.Input, state.Calibration, LayerErrors.Samples, context.Cancellation);
        ImmutableArray<LayerError> errors = LayerErrors.Measure(
            state.Quantized.Float, state.Quantized.Quantized, state.Mapped!.Lowered.Layers, state.Input, samples, context.Steps,
            context.Cancellation);
        Warn(context, errors, state.Mapped.Policy);
        return state with { Errors = errors };
    }

    private static void Warn(CompileContext context, ImmutableArray<LayerError> errors, QuantizationPolicy policy)
    {
        foreach (LayerError error in errors)
        {
            if (policy.Find(error.Name) is not { IsEightBit: true }) continue;
            if (error.OwnRelativeL2 <= Own) continue;
            Warn(context, error, error.OwnRelativeL2, "alone");
            return;
        }

        bool isWide = policy.Layers.All(l => l.IsEightBit);
        if (isWide && errors.FirstOrDefault(e => !(e.RelativeL2 <= Total)) is { } first)
            Warn(context, first, first.RelativeL2, "with the layers before it");
    }

    private static void Warn(CompileContext context, LayerError error, double relative, string how) =>
        context.Warn(ErrorCodes.LayerFarFromFloat, string.Create(CultureInfo.InvariantCulture, 
            $"Layer '{error.Name}' is far from the float network's although it has 8 bits: {how}, its outputs differ by "
                + $"{100 * relative:F0} %. Its weights, bias or inputs may be too large, too small or too far apart for one scale, or the "
                + $"calibration samples unlike those measured on; rescale the layer in the network, or give other samples."));
}
