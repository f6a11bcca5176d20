using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Compiler.Tests.Search;

/// <summary>Searches on the sample network, with few samples and evaluations.</summary>
internal static class SampleSearch
{
    public static SearchSummary Run(string searcher, double budget, Objective objective = Objective.Latency, int evaluations = 8,
        string? trials = null, string? policyOutput = null)
    {
        using PolicySearch search = Prepare(new PolicySearchOptions
        {
            Searcher = searcher,
            MaxLoss = budget,
            Evaluations = evaluations,
            Objective = objective,
            Trials = trials is null ? null : TrialFile.Open(trials, "test"),
            PolicyOutput = policyOutput,
        });
        return search.Run(null, default);
    }

    /// <summary>A search that is prepared and has not begun.</summary>
    public static PolicySearch Prepare(PolicySearchOptions options)
    {
        (Graph graph, GraphInput input, SearchData data) = FashionSample.Load();
        return SearchPreparation.Prepare(
            new SampledNetwork(graph, input, data), HardwareProfiles.BuiltIn("cim-aq-4b"), options, null, default);
    }
}
