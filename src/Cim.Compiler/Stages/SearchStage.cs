using System.Globalization;
using Cim.Compiler.Candidates;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Verification;
using Cim.Runtime;

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
        PolicySearchOptions options = SearchSettings.Of(context.Options);
        SearchData data = context.Sources.ReadSearchData(state.Graph, state.Input, context.Cancellation)!;
        var source = new SampledNetwork(context.Sources.Scored(state.Graph, state.Input), state.Input, data)
        {
            Quantizer = new QuantizerOptions { Range = context.Options.Range },
        };
        using PolicySearch search = SearchPreparation.Prepare(
            source, context.Hardware, options, context.Progress, context.Cancellation);
        SearchSummary summary = search.Run(context.Progress, context.Cancellation);
        if (context.Options.Training is not null)
            summary = new CandidateTraining(context, state, search, quantizer, trainer).Run(summary, data);
        if (summary.Trained is null)
            summary = CandidateVerification.Run(search, summary, context.Progress, context.Cancellation);
        Warn(summary, options, context);
        state = (state with { Search = summary }).With(PrequantizedPrecision.Apply(state.Graph, summary.Policy));
        return summary.Trained is { } trained && state.Precisions.Layers.SequenceEqual(summary.Policy.Layers)
            ? state with { Network = new RoundedNetwork(state.Graph, trained, RoundedNetwork.Trained) }
            : state;
    }

    private static void Warn(SearchSummary summary, PolicySearchOptions options, CompileContext context)
    {
        if (!summary.IsWithinBudget) context.Warn(ErrorCodes.SearchFoundNothing, WhyNothing(summary, options));
        else if (!summary.Evidence.IsDecided && summary.Training is null)
            context.Warn(ErrorCodes.SamplesDecideNothing, Undecided(summary.Evidence, options));
        if (summary.RanOutOfTime)
            context.Warn(ErrorCodes.SearchRanOutOfTime,
                $"The search ended after {context.Options.SearchMinutes} minutes with {summary.Evaluations} of {options.Evaluations} "
                    + $"evaluations; the best policy so far is used. Give it more time ({OptionTable.SearchBudget.Named()}), or fewer "
                    + $"evaluations ({OptionTable.SearchEvaluations.Named()}).");
    }

    private static MessageText Undecided(BudgetEvidence evidence, PolicySearchOptions options)
    {
        string loss = evidence.EightLoss.GetValueOrDefault().ToString("F2", CultureInfo.InvariantCulture),
            budget = options.MaxLoss.ToString(CultureInfo.InvariantCulture),
            needed = evidence.SamplesNeeded is { } n ? $"About {n} labelled ones would" : "Many more, with labels, would";
        return $"The {evidence.Samples} samples policies were measured on do not show whether even 8 bits, which lose {loss} points by "
            + $"estimate, are within {budget} percentage points. Precisions were chosen that lose as little as 8 bits as far as the "
            + $"samples show. {needed}: give more ({OptionTable.Calibration.Named()}, {OptionTable.SearchSamples.Named()}), or allow a "
            + $"larger loss.";
    }

    private static MessageText WhyNothing(SearchSummary summary, PolicySearchOptions options)
    {
        string limit = string.Create(CultureInfo.InvariantCulture, $"{options.MaxLoss} percentage points"),
            loses = string.Create(CultureInfo.InvariantCulture,
            $"the one that loses least is used, estimated at {summary.ValidationLoss:F2} points on {summary.Chosen.Arrays} arrays");
        if (summary.LeastArrays > options.MaxArrays)
            return $"No precision takes as few arrays as allowed: the fewest bits take {summary.LeastArrays}, and "
                + $"{OptionTable.MaxArrays.Is($"{options.MaxArrays}")}; {loses}. Allow more arrays, or take hardware with larger ones.";
        if (summary.LossFitsMoreArrays && options.MaxArrays != long.MaxValue)
            return $"No precision keeps the estimated loss within {limit} on the {options.MaxArrays} arrays of "
                + $"{OptionTable.MaxArrays.Named()}, though some do on more; {loses}. Allow more arrays, or a larger loss.";
        if (summary.RanOutOfTime)
            return $"The search ran out of time before a precision kept the estimated loss and half as much "
                + $"again within {limit}: {summary.Evaluations} were measured; {loses}. Give it more time "
                + $"({OptionTable.SearchBudget.Named()}), or fewer samples ({OptionTable.SearchSamples.Named()}).";
        return $"No precision up to 8 bits keeps the estimated loss and half as much again within {limit}; {loses}. Give more calibration "
            + $"samples, labels for them, or a larger budget.";
    }
}
