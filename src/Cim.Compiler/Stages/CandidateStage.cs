using System.Collections.Immutable;
using Cim.Compiler.Candidates;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;

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
        WidthsTrial[] trials = [.. tasks.Where(t => t.Choices is null).Select(t => WidthsTrial.Parse(t.Name))];
        using PolicyNetwork? network = trials.Length == 0 ? null : Network(SearchSettings.Source(state, data, context), trials, context);
        using PolicySearch? search = trials.Length == tasks.Length ? null : SearchSettings.Prepare(state, data, options, context);
        CandidateTraining? training = search is null ? null : new CandidateTraining(context, state, search, quantizer, trainer);
        int measured = 0;
        foreach (CandidateTask task in tasks)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            found(task.Choices is { } choices
                ? new CandidateResult(task.Name, null, training!.TrainShortly(choices))
                : new CandidateResult(
                    task.Name, Numbers(trials[measured++].Measure(network!, options.MaxLoss, context.Cancellation)), null));
        }

        return state;
    }

    /// <summary>A network with the widths of these measurements and no others: quantizing takes longer than measuring.</summary>
    private static PolicyNetwork Network(SampledNetwork source, WidthsTrial[] trials, CompileContext context)
    {
        QuantizableLayers layers = SearchLayers.Of(source.Graph, context.Hardware).Searched;
        return new PolicyNetwork(source, layers, WidthsTrial.Needed(trials, layers), context.Cancellation);
    }

    private static double[] Numbers(Distance distance) =>
        [distance.Divergence, distance.LossPoints, distance.BudgetPoints, distance.LeastPoints];
}
