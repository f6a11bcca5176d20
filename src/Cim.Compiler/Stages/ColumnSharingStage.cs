using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;

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
        CompileOptions options = context.Options;
        var request = new SavingRequest(
            context.Sources.Scored(state.Graph, state.Input), state.Input, context.Hardware,
            context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation))
        {
            Quantizer = new QuantizerOptions { Range = options.Range },
            MaxLoss = options.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
            Seed = options.Seed,
        };
        return state.With(ColumnSharingSelection.Run(request, state.Precisions, options.Merge!, context.Progress, context.Cancellation));
    }
}
