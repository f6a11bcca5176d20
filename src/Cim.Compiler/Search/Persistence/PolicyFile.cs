using System.Text.Encodings.Web;
using System.Text.Json;
using Cim.Compiler.Precision;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Search.Persistence;

/// <summary>A policy in a file of its own, as <c>--policy</c> reads it.</summary>
internal static class PolicyFile
{
    /// <summary>Writes the file whole, or not at all.</summary>
    public static void Write(QuantizationPolicy policy, string path)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            policy.WriteTo(json);
            json.WriteEndObject();
        }

        AtomicFile.Write(path, stream =>
        {
            stream.Write(text.ToArray());
            stream.Write("\n"u8);
        });
    }
}
