using System.Globalization;
using System.Text.RegularExpressions;
using Cim.Tasks.Files;

namespace Cim.Tasks.Diagnostics;

/// <summary>
/// The result of a compilation in one line, from its report: accuracy or agreement at the fidelity that is needed, cost, and where the
/// report is.
/// </summary>
internal static class ResultLine
{
    /// <summary>The line; null if there is no report.</summary>
    /// <param name="name">The name of the model.</param>
    /// <param name="reportDirectory">The folder with <c>report.json</c> and <c>report.html</c>.</param>
    public static string? Of(string name, string reportDirectory)
    {
        string json;
        try
        {
            json = File.ReadAllText(Path.Combine(reportDirectory, "report.json"));
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return null;
        }

        return $"{name} -> {string.Join(", ", [.. Quality(json), .. Cost(json), .. Schedule(json)])}, report: "
            + Path.Combine(reportDirectory, "report.html");
    }

    private static IEnumerable<string> Quality(string json)
    {
        string at = Regex.Match(json, "\"fidelity\"\\s*:\\s*\"(\\w+)\"") is { Success: true } match ? $" at {match.Groups[1].Value}" : "";
        if (Find(json, "accuracyFloat") is { } original && Find(json, "accuracyCompiled") is { } compiled)
            yield return string.Format(
                CultureInfo.InvariantCulture, "accuracy {0:F2} %{1} (float {2:F2} %)", 100 * compiled, at, 100 * original);
        else if (Find(json, "agreement", "cosine") is { } cosine)
        {
            string top = Find(json, "agreement", "topAgreement") is { } share
                ? string.Format(CultureInfo.InvariantCulture, ", same class in {0:F1} %", 100 * share) : "";
            yield return string.Format(CultureInfo.InvariantCulture, "agreement with float{0}: cosine {1:F4}{2}", at, cosine, top);
        }
        else yield return "accuracy not measured";
    }

    private static IEnumerable<string> Cost(string json)
    {
        if (Find(json, "latencyNs") is { } latency) yield return string.Format(CultureInfo.InvariantCulture, "{0:N0} ns", latency);
        if (Find(json, "energyPj") is { } energy) yield return string.Format(CultureInfo.InvariantCulture, "{0:N0} pJ", energy);
        if (Find(json, "arrays") is { } arrays) yield return string.Format(CultureInfo.InvariantCulture, "{0:N0} arrays", arrays);
    }

    private static IEnumerable<string> Schedule(string json)
    {
        int start = json.IndexOf("\"scheduledFor\": \"", StringComparison.Ordinal);
        if (start < 0) yield break;
        string schedule = json.Substring(start), goal = Regex.Match(schedule, ": \"(\\w+)\"").Groups[1].Value;
        yield return string.Format(CultureInfo.InvariantCulture, "scheduled for {0}: {1:N0} ns, {2:N0} inferences/s, {3:N0} pJ",
            goal, Find(schedule, "latencyNs"), Find(schedule, "throughputPerSecond"), Find(schedule, "energyPj"));
    }

    /// <summary>The first number of a name, which is the total; a JSON package has no place in a build task for a few numbers.</summary>
    private static double? Find(string json, string name) =>
        Regex.Match(json, "\"" + name + "\"\\s*:\\s*(-?[0-9.eE+-]+)") is { Success: true } match
        && double.TryParse(match.Groups[1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    /// <summary>The number of a name within an object.</summary>
    private static double? Find(string json, string of, string name) =>
        Regex.Match(json, "\"" + of + "\"\\s*:\\s*(\\{[^}]*\\})") is { Success: true } match ? Find(match.Groups[1].Value, name) : null;
}
