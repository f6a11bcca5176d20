using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Strips;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards each strip of a matrix has a width of its own.</summary>
internal sealed class StripsStage : ICompileStage
{
    public string Name => "Strips";

    public LockedPart LockedBy => LockedPart.Precisions;

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.Strips is not null;

    public string Announcement(CompileState state, CompileContext context) => "choosing the widths of strips";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        return state.With(StripSelection.Run(
            context.Sources.Scored(state.Graph, state.Input), state.Input, context.Hardware,
            context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation), state.Precisions, options.Strips!,
            options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
            new QuantizerOptions { Range = options.Range, ArrayRows = context.Hardware.Rows }, options.Seed, context.Progress,
            context.Cancellation));
    }
}
