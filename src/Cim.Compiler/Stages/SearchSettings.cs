using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;

namespace Cim.Compiler.Stages;

/// <summary>The settings of a search as the options of a compilation ask for them.</summary>
internal static class SearchSettings
{
    /// <summary>The settings; opens the trial log where there is one.</summary>
    /// <param name="asked">The options of the compilation.</param>
    public static PolicySearchOptions Of(CompileOptions asked) => new()
    {
        Searcher = asked.Search,
        Objective = PolicySearchOptions.Parse(asked.Objective, asked.CopiesWithin > 0),
        MaxLoss = asked.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
        MaxArrays = asked.MaxArrays ?? long.MaxValue,
        Evaluations = asked.SearchEvaluations,
        Seed = asked.Seed,
        EdgeBits = asked.EdgeBits,
        BinaryWeights = asked.SearchBinary,
        Clock = new SearchClock(asked.SearchMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null),
        Trials = (asked.TrialLogPath ?? (asked.OutputPath is { } output ? output + ".trials.json" : null)) is { } log
            ? TrialFile.Open(log, ResultKey.OfTrials(asked)) : null,
        PolicyOutput = asked.PolicyOutputPath,
    };
}
