using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
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
        // At the widths of the options, not those a search may have found: what it compares would change under it.
        (Graph graph, ImmutableArray<string> layers) = InputScaling.Run(
            state.Graph, state.Input, state.Calibration, context.Options.WeightBits, context.Options.ActivationBits, context.Cancellation);
        if (!layers.IsEmpty) context.Report($"scaled the channels that {layers.Length} of {state.Shapes.Length} layers read");
        return state with { Scaled = graph };
    }
}
