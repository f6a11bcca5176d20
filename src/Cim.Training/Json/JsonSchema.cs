using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cim.Runtime;

namespace Cim.Training.Json;

/// <summary>
/// Holds a JSON text against the types it is read into, so that an error names the key, its line and what may stand there: unknown and
/// repeated keys, missing ones, a value of another kind, numbers that are not finite. System.Text.Json itself would report the first with
/// the name of a class, and pass over the second.
/// </summary>
/// <param name="wording">How messages name what is read.</param>
/// <param name="path">The file.</param>
internal sealed class JsonSchema(JsonWording wording, string path)
{
    private static readonly JsonReaderOptions _options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 16,
    };

    /// <summary>Reads a text that fits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">What it is read into; members that have an initial value other than zero or null need a setter, because
    /// generated readers pass over the initial values of init-only ones.</param>
    /// <exception cref="CimException">The code of the wording, with the position.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public T Read<T>(string text, JsonTypeInfo<T> type)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, _options);
        if (!reader.Read()) throw new JsonException($"{wording.Whole} is empty");
        new Walk(utf8, wording, path).Object(ref reader, type, "");
        if (reader.Read()) throw new JsonException($"something follows {wording.Whole}");
        return JsonSerializer.Deserialize(utf8, type) ?? throw new JsonException($"{wording.Whole} is null");
    }

    private sealed class Walk(byte[] utf8, JsonWording wording, string path)
    {
        public void Object(ref Utf8JsonReader reader, JsonTypeInfo type, string key)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Error(ref reader, $"{Name(key)} must be an object, {{ ... }}, of {List(type)}");
            var properties = type.Properties.ToDictionary(p => p.Name, StringComparer.Ordinal);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = Text(ref reader), below = Below(key, name);
                if (!properties.TryGetValue(name, out JsonPropertyInfo? property))
                    throw Error(
                        ref reader, $"{Name(below)} does not exist; {(key.Length == 0 ? wording.Any : $"'{key}'")} has {List(type)}");
                if (!seen.Add(name)) throw Error(ref reader, $"{Name(below)} stands there twice");
                reader.Read();
                Value(ref reader, type.Options.GetTypeInfo(property.PropertyType), below, property.IsSetNullable);
            }

            foreach (JsonPropertyInfo property in type.Properties)
                if (property.IsRequired && !seen.Contains(property.Name))
                    throw Error(ref reader, $"{Name(Below(key, property.Name))} is missing");
        }

        private void Value(ref Utf8JsonReader reader, JsonTypeInfo info, string key, bool isNullable)
        {
            Type type = info.Type;
            if (reader.TokenType == JsonTokenType.Null)
            {
                if (!isNullable) throw Error(ref reader, $"{Name(key)} is null; give it a value or leave it out");
            }
            else if (type == typeof(string))
                Require(ref reader, reader.TokenType == JsonTokenType.String && IsText(ref reader), key, "a text in quotation marks");
            else if (type == typeof(bool))
                Require(ref reader, reader.TokenType is JsonTokenType.True or JsonTokenType.False, key, "true or false");
            else if (type == typeof(int))
                Require(ref reader, IsNumber(ref reader, out double v) && v == Math.Floor(v)
                    && Math.Abs(v) <= int.MaxValue, key, "a whole number");
            else if (type == typeof(long))
                Require(ref reader, reader.TokenType == JsonTokenType.Number
                    && (reader.TryGetInt64(out _) || (IsNumber(ref reader, out double v) && v == Math.Floor(v) && Math.Abs(v) < 1L << 53)),
                    key, "a whole number");
            else if (type == typeof(double))
                Require(ref reader, IsNumber(ref reader, out double v) && double.IsFinite(v), key, "a number that is not infinite");
            else if (type == typeof(JsonElement)) reader.Skip(); // Whoever reads it checks it.
            else if (info.Kind == JsonTypeInfoKind.Dictionary) Entries(ref reader, info.Options.GetTypeInfo(info.ElementType!), key);
            else if (info.Kind == JsonTypeInfoKind.Enumerable) Items(ref reader, info.Options.GetTypeInfo(info.ElementType!), key);
            else Object(ref reader, info, key);
        }

        private void Entries(ref Utf8JsonReader reader, JsonTypeInfo type, string key)
        {
            Require(ref reader, reader.TokenType == JsonTokenType.StartObject, key, "an object, { ... }");
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string below = Below(key, Text(ref reader));
                if (!seen.Add(below)) throw Error(ref reader, $"{Name(below)} stands there twice");
                reader.Read();
                Value(ref reader, type, below, isNullable: false);
            }
        }

        private void Items(ref Utf8JsonReader reader, JsonTypeInfo type, string key)
        {
            Require(ref reader, reader.TokenType == JsonTokenType.StartArray, key, "a list, [ ... ]");
            for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                Value(ref reader, type, $"{key}[{i}]", isNullable: false);
        }

        private static bool IsNumber(ref Utf8JsonReader reader, out double value)
        {
            value = 0;
            return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value);
        }

        private static bool IsText(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.GetString() is not null;
            }
            catch (InvalidOperationException)
            {
                return false; // Half of a surrogate pair.
            }
        }

        private string Text(ref Utf8JsonReader reader) =>
            IsText(ref reader) ? reader.GetString()! : throw Error(ref reader, "a key is no text");

        private void Require(ref Utf8JsonReader reader, bool holds, string key, string what)
        {
            if (!holds) throw Error(ref reader, $"{Name(key)} must be {what}");
        }

        private string Name(string key) => key.Length == 0 ? wording.Whole : $"{wording.Field} '{key}'";

        private static string Below(string key, string name) => key.Length == 0 ? name : $"{key}.{name}";

        private static string List(JsonTypeInfo type) => string.Join(", ", type.Properties.Select(p => p.Name));

        private CimException Error(ref Utf8JsonReader reader, string message)
        {
            ReadOnlySpan<byte> before = utf8.AsSpan(0, (int)reader.TokenStartIndex);
            return new CimException(wording.Code, message)
            { File = path, Line = 1 + before.Count((byte)'\n'), Column = before.Length - before.LastIndexOf((byte)'\n') };
        }
    }
}
