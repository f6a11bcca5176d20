using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cim.Cli;

/// <summary>One look for every JSON document the commands write.</summary>
internal static class JsonFormat
{
    public static JsonWriterOptions Options => new()
    {
        Indented = true,
        // Layer names carry '/' and '+': keep them readable. The documents are never put into HTML unescaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a number, or null for NaN and infinities, which JSON does not have.</summary>
    public static void WriteFinite(this Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
