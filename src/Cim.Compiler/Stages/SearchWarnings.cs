using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>What a search has to say of its result.</summary>
internal static class SearchWarnings
{
    /// <summary>Warns of a budget nothing keeps, of samples that do not decide it, and of time that was over.</summary>
    public static void Warn(SearchSummary summary, PolicySearchOptions options, CompileContext context)
    {
        if (!summary.IsWithinBudget) context.Warn(ErrorCodes.SearchFoundNothing, WhyNothing(summary, options));
        else if (!summary.Evidence.IsDecided && summary.Training is null)
            context.Warn(ErrorCodes.SamplesDecideNothing, Undecided(summary.Evidence, options));
        if (summary.RanOutOfTime)
            context.Warn(ErrorCodes.SearchRanOutOfTime,
                $"The search ended with {summary.Evaluations} of {options.Evaluations} evaluations, because the compilation may take "
                    + $"{context.Options.SearchMinutes} minutes in all; the best policy so far is used. Give it more time "
                    + $"({OptionTable.SearchBudget.Named()}), or fewer evaluations ({OptionTable.SearchEvaluations.Named()}).");
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
            return $"The search ran out of time before a precision kept the estimated loss with its margin "
                + $"within {limit}: {summary.Evaluations} were measured; {loses}. Give it more time "
                + $"({OptionTable.SearchBudget.Named()}), or fewer samples ({OptionTable.SearchSamples.Named()}).";
        return $"No precision up to 8 bits keeps the estimated loss with its margin within {limit}; {loses}. Give more calibration "
            + $"samples, labels for them, or a larger budget.";
    }
}
