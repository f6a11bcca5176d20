using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Compiler.Reporting;

/// <summary>The JSON form of a report: camel case, indented, keys that were not measured present as null.</summary>
[JsonSerializable(typeof(CompilationReport))]
[JsonSourceGenerationOptions(
    WriteIndented = true, NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>The text of <c>report.json</c>.</summary>
    public static string Serialize(CompilationReport report) => JsonSerializer.Serialize(report, Context.Relaxed.CompilationReport) + "\n";

    /// <summary>Reads a report back.</summary>
    /// <exception cref="JsonException">The text is not a report.</exception>
    public static CompilationReport Deserialize(string json) =>
        JsonSerializer.Deserialize(json, Context.Relaxed.CompilationReport) ?? throw new JsonException("The report is null.");

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        // Layer names with '/' or '+' stay readable; the file is never embedded in HTML unescaped.
        public static ReportJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
