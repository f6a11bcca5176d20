using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Training.Json;

/// <summary>Reads whole numbers that are written as <c>64.0</c>, as spreadsheets and Python do; <see cref="JsonSchema"/> has seen that they
/// are whole.</summary>
internal sealed class WholeInt : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        checked((int)reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>As <see cref="WholeInt"/>, for longer ones.</summary>
internal sealed class WholeLong : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TryGetInt64(out long value) ? value : checked((long)reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
