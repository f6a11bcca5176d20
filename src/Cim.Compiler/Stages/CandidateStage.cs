using System.Collections.Immutable;
using Cim.Compiler.Candidates;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;

namespace Cim.Compiler.Stages;

/// <summary>In the place of the search: measures or trains candidates that a search has left to other processes.</summary>
/// <param name="tasks">The candidates.</param>
/// <param name="found">Called with the result of each, as soon as it is there.</param>
/// <param name="quantizer">Quantizes candidates that are trained.</param>
/// <param name="trainer">Trains in full; not needed for a candidate.</param>
internal sealed class CandidateStage(
    ImmutableArray<CandidateTask> tasks, Action<CandidateResult> found, ICandidateQuantizer quantizer, ICandidateTrainer trainer)
    : ICompileStage
{
    public string Name => "Candidates";

    public LockedPart LockedBy => LockedPart.Precisions;

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.Searches;

    public string Announcement(CompileState state, CompileContext context) => "measuring candidates of a search";

    public CompileState Run(CompileState state, CompileContext context)
    {
        PolicySearchOptions options = SearchSettings.Of(context.Options with { LeavesCandidates = false }, isReadOnly: true);
        SearchData data = context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation)!;
        using PolicySearch search = SearchSettings.Prepare(state, data, options, context);
        var training = new Lazy<CandidateTraining>(() => new CandidateTraining(context, state, search, quantizer, trainer));
        foreach (CandidateTask task in tasks)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (task.Choices is { } choices) found(new CandidateResult(task.Name, null, training.Value.TrainShortly(choices)));
            else found(new CandidateResult(task.Name, Measure(search, task.Name, context.Cancellation), null));
        }

        return state;
    }

    private static double[] Measure(PolicySearch search, string name, CancellationToken cancellation)
    {
        Distance distance = search.Evaluator.Measure(WidthsTrial.Parse(name), cancellation);
        return [distance.Divergence, distance.LossPoints, distance.BudgetPoints, distance.LeastPoints];
    }
}
