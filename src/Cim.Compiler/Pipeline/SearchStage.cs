using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Search.Verification;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Pipeline;

/// <summary>The search of precisions within a compilation: its options from the command's, its outcome as warnings.</summary>
internal static class SearchStage
{
    /// <summary>Searches the precision of every layer.</summary>
    public static SearchSummary Run(CompileContext context, Graph graph, CompileInputs inputs, HardwareProfile hardware)
    {
        CompileOptions asked = context.Options;
        context.Step("searching precisions");
        var options = new PolicySearchOptions
        {
            Searcher = asked.Search,
            Objective = PolicySearchOptions.Parse(asked.Objective, asked.CopiesWithin > 0),
            MaxLoss = asked.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
            MaxArrays = asked.MaxArrays ?? long.MaxValue,
            Evaluations = asked.SearchEvaluations,
            Seed = asked.Seed,
            KeepEnds = asked.KeepEnds,
            BinaryWeights = asked.SearchBinary,
            Clock = new SearchClock(asked.SearchMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null),
            Trials = (asked.TrialLogPath ?? (asked.OutputPath is { } output ? output + ".trials.json" : null)) is { } log
                ? TrialFile.Open(log, ResultKey.OfTrials(asked)) : null,
            PolicyOutput = asked.PolicyOutputPath,
        };
        SearchData data = inputs.ReadSearchData(context.Cancellation);
        var source = new SampledNetwork(inputs.Judged(), inputs.Input, data) { Quantizer = new QuantizerOptions { Range = asked.Range } };
        using PolicySearch search = SearchPreparation.Prepare(source, hardware, options, context.Progress, context.Cancellation);
        SearchSummary summary = search.Run(context.Progress, context.Cancellation);
        if (asked.Training is not null)
        {
            TrainingStage.Check(asked, graph);
            summary = CandidateTraining.Run(context, graph, inputs, hardware, search, summary, data, options);
        }

        if (summary.Trained is null)
            summary = CandidateVerification.Run(search, summary, context.Progress, context.Cancellation);
        if (!summary.IsWithinBudget) context.Warn(ErrorCodes.SearchFoundNothing, WhyNothing(summary, options));
        if (summary.RanOutOfTime)
            context.Warn(ErrorCodes.SearchRanOutOfTime,
                $"The search ended after {asked.SearchMinutes} minutes with {summary.Evaluations} of {options.Evaluations} evaluations; "
                    + $"the best policy so far is used. Give it more time ({OptionTable.SearchBudget.Named()}), or fewer "
                    + $"evaluations ({OptionTable.SearchEvaluations.Named()}).");
        return summary;
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
