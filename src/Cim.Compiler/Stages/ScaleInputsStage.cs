using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the channels of layers' inputs are so large that their outputs suffer least from quantization.</summary>
internal sealed class ScaleInputsStage : ICompileStage
{
    public string Name => "ScaleInputs";

    public LockedPart LockedBy => LockedPart.Network;

    public bool AppliesTo(CompileState state, CompileContext context) =>
        context.Options.Range == RangeMethod.Automatic && !state.Calibration.IsSynthetic;

    public string Announcement(CompileState state, CompileContext context) => "scaling the channels that layers read";

    public CompileState Run(CompileState state, CompileContext context)
    {
        QuantizationPolicy policy = state.Precisions;
        (Graph graph, ImmutableArray<string> layers) = InputScaling.Run(
            state.Graph, state.Input, state.Calibration, Widths, context.Cancellation);
        if (!layers.IsEmpty) context.Report($"scaled the channels that {layers.Length} of {state.Shapes.Length} layers read");
        return state with { Scaled = graph };

        (int Weights, int Activations) Widths(string layer) => policy.Find(layer) is { } precision
            ? (precision.WeightBits, precision.ActivationBits)
            : (QuantizationPolicy.MaxBits, QuantizationPolicy.MaxBits);
    }
}
