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
    public static string Serialize(CompilationReport report) => JsonSerializer.Serialize(report, Relaxed.CompilationReport) + "\n";

    /// <summary>Reads a report back.</summary>
    /// <exception cref="JsonException">The text is not a report.</exception>
    public static CompilationReport Deserialize(string json) =>
        JsonSerializer.Deserialize(json, Relaxed.CompilationReport) ?? throw new JsonException("The report is null.");

    // Layer names with '/' or '+' stay readable; the file is never embedded in HTML unescaped.
    private static ReportJson Relaxed { get; } = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
