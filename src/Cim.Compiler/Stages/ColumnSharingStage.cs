using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards strips that are alike share columns.</summary>
internal sealed class ColumnSharingStage : ICompileStage
{
    public string Name => "ColumnSharing";

    public LockedPart LockedBy => LockedPart.Precisions;

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.Merge is not null;

    public string Announcement(CompileState state, CompileContext context) => "choosing the columns that strips share";

    public CompileState Run(CompileState state, CompileContext context)
    {
        SavingRequest request = SavingRequests.Of(state, context);
        return state.With(ColumnSharingSelection.Run(
            request, state.Precisions, context.Options.Merge!, context.Progress, context.Cancellation));
    }
}
