using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Cli.Invocation;

/// <summary>
/// The root of a document that <c>--json</c> prints. A property of a document is a key of the contract, so it is stated there and not
/// taken from the type behind it, which may be renamed.
/// </summary>
internal abstract class JsonResult
{
    /// <summary>Raised when keys change their meaning.</summary>
    [JsonPropertyOrder(-1)]
    public int Schema { get; } = 1;
}

/// <summary>Writes a number, or null for NaN and infinities, which JSON does not have.</summary>
internal sealed class FiniteDouble : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}
