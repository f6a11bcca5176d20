using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;

namespace Cim.Compiler.Stages;

/// <summary>The settings of a search as the options of a compilation ask for them.</summary>
internal static class SearchSettings
{
    /// <summary>The settings; opens the trial log where there is one.</summary>
    /// <param name="asked">The options of the compilation.</param>
    /// <param name="isReadOnly">Whether nothing is written into the log.</param>
    public static PolicySearchOptions Of(CompileOptions asked, bool isReadOnly = false) =>
        Of(asked, isReadOnly, asked.SearchMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null);

    /// <summary>The settings of a search that begins now, and leaves time for the stages after it.</summary>
    /// <param name="context">The compilation.</param>
    public static PolicySearchOptions Of(CompileContext context) =>
        Of(context.Options, false, context.Time.ForSearch is { } seconds ? TimeSpan.FromSeconds(seconds) : null)
            with { Remaining = context.Time.StageLeft };

    private static PolicySearchOptions Of(CompileOptions asked, bool isReadOnly, TimeSpan? limit) => new()
    {
        Searcher = asked.Search,
        Objective = PolicySearchOptions.Parse(asked.Objective, asked.CopiesWithin > 0, asked.ScheduleFor is not null),
        Schedule = NetworkSchedule.Request(asked),
        MaxLoss = asked.MaxAccuracyLoss ?? CompileOptions.DefaultSearchLoss,
        MaxArrays = asked.MaxArrays ?? long.MaxValue,
        Evaluations = asked.SearchEvaluations,
        ParallelCandidates = asked.ParallelCandidates,
        Seed = asked.Seed,
        EdgeBits = asked.EdgeBits,
        BinaryWeights = asked.SearchBinary,
        Clock = new SearchClock(limit),
        Trials = Log(asked, isReadOnly),
        PolicyOutput = asked.PolicyOutputPath,
    };

    /// <summary>The trial log; null if there is none.</summary>
    /// <param name="asked">The options of the compilation.</param>
    /// <param name="isReadOnly">Whether nothing is written into it.</param>
    public static TrialFile? Log(CompileOptions asked, bool isReadOnly = false) =>
        (asked.TrialLogPath ?? (asked.OutputPath is { } output ? output + ".trials.json" : null)) is { } log
            ? TrialFile.Open(log, ResultKey.OfTrials(asked), isReadOnly, asked.LeavesCandidates) : null;

    /// <summary>The search of a compilation, prepared.</summary>
    /// <param name="state">The compilation.</param>
    /// <param name="data">The samples of the search.</param>
    /// <param name="options">The settings.</param>
    /// <param name="context">The compilation.</param>
    public static PolicySearch Prepare(CompileState state, SearchData data, PolicySearchOptions options, CompileContext context) =>
        SearchPreparation.Prepare(Source(state, data, context), context.Hardware, options, context.Progress, context.Cancellation);

    /// <summary>The float network of a search; processes that share a search share what they quantize of it.</summary>
    /// <param name="state">The compilation.</param>
    /// <param name="data">The samples of the search.</param>
    /// <param name="context">The compilation.</param>
    public static SampledNetwork Source(CompileState state, SearchData data, CompileContext context) =>
        new(context.Sources.Scored(state.Graph, state.Input), state.Input, data)
        {
            Quantizer = new QuantizerOptions { Range = context.Options.Range },
            Store = context.Options.CandidatesPath is { } path
                ? new CandidateStore(path, ResultKey.OfTrials(context.Options), !context.Options.LeavesCandidates) : null,
        };
}
