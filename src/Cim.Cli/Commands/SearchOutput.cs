using System.Text.Json;
using Cim.Compiler.Search;

namespace Cim.Cli.Commands;

/// <summary>How a search is written as JSON.</summary>
internal static class SearchOutput
{
    public static void Write(Utf8JsonWriter json, SearchSummary search)
    {
        json.WriteStartObject("search");
        json.WriteString("searcher", search.Searcher);
        json.WriteNumber("evaluations", search.Evaluations);
        json.WriteFinite("log10Policies", search.Log10Policies);
        json.WriteBoolean("withinBudget", search.IsWithinBudget);
        json.WriteFinite("validationLoss", search.ValidationLoss);
        if (search.ProxyOptimum is { } optimum) json.WriteFinite("proxyOptimum", optimum);
        else json.WriteNull("proxyOptimum");
        json.WriteBoolean("proxyOptimumIsProven", search.ProxyOptimumIsProven);
        Write(json, "chosen", search.Chosen, search.ValidationLoss);
        Write(json, "uniform8", search.Eight.Cost, search.Eight.Loss);
        Write(json, "uniform4", search.Four.Cost, search.Four.Loss);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string name, CostVector cost, double loss)
    {
        json.WriteStartObject(name);
        WriteMembers(json, cost, loss);
        json.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter json, CostVector cost, double loss)
    {
        json.WriteFinite("latencyNs", cost.LatencyNs);
        json.WriteFinite("energyPj", cost.EnergyPj);
        json.WriteNumber("arrays", cost.Arrays);
        json.WriteFinite("validationLoss", loss);
    }
}
