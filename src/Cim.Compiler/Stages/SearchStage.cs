using Cim.Compiler.Candidates;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Verification;

namespace Cim.Compiler.Stages;

/// <summary>
/// Afterwards the precision of each layer is the one a search found, and where candidates were trained the network is there, too.
/// </summary>
/// <param name="quantizer">Quantizes the candidates that are trained.</param>
/// <param name="trainer">Trains candidates in full.</param>
internal sealed class SearchStage(ICandidateQuantizer quantizer, ICandidateTrainer trainer) : ICompileStage
{
    public string Name => "Search";

    public LockedPart LockedBy => LockedPart.Precisions;

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.Searches;

    public string Announcement(CompileState state, CompileContext context) => "searching precisions";

    public CompileState Run(CompileState state, CompileContext context)
    {
        PolicySearchOptions options = SearchSettings.Of(context);
        SearchData data = context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation)!;
        using PolicySearch search = SearchSettings.Prepare(state, data, options, context);
        SearchSummary summary = search.Run(context.Progress, context.Cancellation);
        if (context.Options.Training is not null)
            summary = new CandidateTraining(context, state, search, quantizer, trainer).Run(summary, data);
        if (summary.Trained is null)
            summary = CandidateVerification.Run(search, summary, context.Progress, context.Cancellation);
        SearchWarnings.Warn(summary, options, context);
        state = (state with { Search = summary }).With(PrequantizedPrecision.Apply(state.Graph, summary.Policy));
        return summary.Trained is { } trained && state.Precisions.Layers.SequenceEqual(summary.Policy.Layers)
            ? state with { Network = new RoundedNetwork(state.Graph, trained, RoundedNetwork.Trained) }
            : state;
    }
}
