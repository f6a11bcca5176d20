using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
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
        SavingRequest request = SavingRequests.Of(state, context);
        return state.With(StripSelection.Run(request, state.Precisions, context.Options.Strips!, context.Progress, context.Cancellation));
    }
}
