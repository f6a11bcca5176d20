using System.Globalization;
using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Compiler.Search;
using Cim.Compiler.Search.Space;
using Cim.Compiler.Sensitivity;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary>How a search is written as JSON.</summary>
internal static class SearchOutput
{
    public static void Write(Utf8JsonWriter json, SearchSummary search)
    {
        json.WriteStartObject("search");
        json.WriteString("searcher", search.Searcher);
        json.WriteNumber("evaluations", search.Evaluations);
        json.WriteNumber("episodes", search.Episodes);
        json.WriteBoolean("ranOutOfTime", search.RanOutOfTime);
        json.WriteFinite("seconds", search.Seconds);
        json.WriteFinite("log10Policies", search.Log10Policies);
        json.WriteBoolean("withinBudget", search.IsWithinBudget);
        json.WriteFinite("validationLoss", search.ValidationLoss);
        if (search.ProxyOptimum is { } optimum) json.WriteFinite("proxyOptimum", optimum);
        else json.WriteNull("proxyOptimum");
        json.WriteBoolean("proxyOptimumIsProven", search.ProxyOptimumIsProven);
        Write(json, "chosen", search.Chosen, search.ValidationLoss);
        Write(json, "uniform8", search.Eight.Cost, search.Eight.Loss);
        Write(json, "uniform4", search.Four.Cost, search.Four.Loss);
        if (search.ProxyStart is { } start) Write(json, "proxyStart", start.Cost, start.Loss);
        json.WriteString("estimate", search.Proxy);
        json.WriteStartObject("rankCorrelationWithLoss");
        foreach (ProxyQuality quality in search.Proxies) json.WriteFinite(quality.Proxy, quality.WithLoss);
        json.WriteEndObject();
        if (search.Training is { } training) Write(json, training);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TrainedSearch training)
    {
        json.WriteStartObject("training");
        json.WriteFinite("floatScore", training.FloatScore);
        json.WriteFinite("eightBitScore", training.EightBitScore);
        json.WriteStartArray("candidates");
        foreach (TrainedTrial trial in training.Trials)
        {
            json.WriteStartObject();
            json.WriteString("origin", trial.Origin);
            WriteMembers(json, trial.Costs, trial.Loss);
            json.WriteBoolean("stopped", trial.Stopped);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The found policy next to what can be had without a search, for people.</summary>
    public static void Print(IAnsiConsole console, SearchSummary search)
    {
        string episodes = search.Episodes > 0 ? string.Create(CultureInfo.InvariantCulture, $", {search.Episodes:N0} episodes") : "";
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"search     {search.Searcher}: {search.Evaluations} evaluations{episodes} of 10^{search.Log10Policies:F0} policies in "
                + $"{search.Seconds:F0} s"));
        var table = new Table().AddColumns("Policy", "Latency", "of 8 bits", "Energy", "Arrays", "Estimated loss");
        Row("uniform w8a8", search.Eight);
        Row("uniform w4a4, 8-bit first and last", search.Four);
        if (search.ProxyStart is { } start) Row("optimum of the additive estimate", start);
        Row($"found by {search.Searcher}", new SearchBaseline(search.Chosen, search.ValidationLoss));
        console.Write(table);
        if (search.Training is { } training)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"           {training.Trials.Length} candidates were trained for a short time; the estimated loss of the found one is "
                + $"after full training"));

        void Row(string name, SearchBaseline y) =>
            table.AddRow(
            new Text(name), Cell($"{y.Cost.LatencyNs:#,0} ns"), Cell($"{100 * y.Cost.LatencyNs / search.Eight.Cost.LatencyNs:F1} %"),
            Cell($"{y.Cost.EnergyPj:#,0} pJ"), Cell($"{y.Cost.Arrays:#,0}"), Cell($"{y.Loss:F2} points"));
    }

    private static Text Cell(FormattableString text) => new Text(text.ToString(CultureInfo.InvariantCulture)).RightJustified();

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
