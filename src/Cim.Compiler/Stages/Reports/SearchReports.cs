using System.Collections.Immutable;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Stages.Reports;

/// <summary>What a search measured, for the report.</summary>
internal static class SearchReports
{
    /// <summary>Null if nothing was searched.</summary>
    public static SearchReport? Of(CompileState state, CompileOptions options)
    {
        if (state.Search is not { } search) return null;
        Objective? objective = ObjectiveOf(options);
        // What a schedule or copies cost is no sum over layers, so 8 bits have no such cost of their own.
        double eight = objective is { } known ? search.Eight.Cost.Of(known) : 0;
        double unit = eight > 0 ? eight : search.Trials.Select(t => t.Cost).DefaultIfEmpty(1).Max();
        var points = ImmutableArray.CreateBuilder<SearchPointReport>();
        points.AddRange(search.Trials.Select(t => new SearchPointReport(t.Cost / unit, t.Loss, "measured")));
        if (objective is { } own)
        {
            if (search.Training is { } training)
                points.AddRange(training.Trials.Select(t => new SearchPointReport(t.Costs.Of(own) / unit, t.Loss, "trained")));
            points.Add(new SearchPointReport(1, search.Eight.Loss, "w8a8"));
            points.Add(new SearchPointReport(search.Four.Cost.Of(own) / unit, search.Four.Loss, "w4a4"));
            points.Add(new SearchPointReport(search.Chosen.Of(own) / unit, search.ValidationLoss, "chosen"));
        }

        return new SearchReport(search.Searcher, options.Objective, eight > 0 ? "8 bits everywhere" : "the dearest one measured",
            options.MaxAccuracyLoss, points.ToImmutable());
    }

    private static Objective? ObjectiveOf(CompileOptions options) => options is { ScheduleFor: null, CopiesWithin: 0 }
        ? options.Objective switch
        {
            "latency" => Objective.Latency,
            "energy" => Objective.Energy,
            "arrays" => Objective.Arrays,
            "energy-delay" => Objective.EnergyDelay,
            _ => null,
        }
        : null;
}
