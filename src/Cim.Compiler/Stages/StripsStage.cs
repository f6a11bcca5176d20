using Cim.Compiler.Evaluation.Candidates;
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
        var request = new SavingRequest(
            context.Sources.Scored(state.Graph, state.Input), state.Input, context.Hardware,
            context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation))
        {
            Quantizer = new QuantizerOptions { Range = options.Range },
            MaxLoss = options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
            Seed = options.Seed,
        };
        return state.With(StripSelection.Run(request, state.Precisions, options.Strips!, context.Progress, context.Cancellation));
    }
}
