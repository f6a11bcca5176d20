using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cim.Cli.Invocation;

/// <summary>One look for every JSON document the commands write.</summary>
internal static class JsonFormat
{
    /// <summary>Written by every command as one JSON document instead of text.</summary>
    public static Option<bool> Option { get; } = new("--json")
    {
        Description = "Write the result to standard output as one JSON document; everything else goes to standard error.",
        Recursive = true,
    };

    public static JsonWriterOptions Options => new()
    {
        Indented = true,
        // Layer names carry '/' and '+': keep them readable. The documents are never put into HTML unescaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
