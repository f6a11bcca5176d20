using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Cim.Runtime;

namespace Cim.Training.Recipes;

/// <summary>
/// Holds the text of a recipe against the records it is read into, so that an error names the key, its line and what may stand there:
/// unknown and repeated keys, missing ones, a value of another kind, numbers that are not finite.
/// </summary>
internal static class RecipeSchema
{
    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidRecipe"/>.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static void Check(string text, string path)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(
            utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
        if (!reader.Read()) throw new JsonException("the recipe is empty");
        new Walk(utf8, path).Object(ref reader, typeof(TrainingRecipe), "");
        if (reader.Read()) throw new JsonException("something follows the recipe");
    }

    /// <summary>The key of a property as recipes write it.</summary>
    public static string KeyOf(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);

    private sealed class Walk(byte[] utf8, string path)
    {
        private static readonly NullabilityInfoContext _nullability = new();

        public void Object(ref Utf8JsonReader reader, Type type, string key)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Error(ref reader, $"{Name(key)} must be an object, {{ ... }}, of {List(type)}");
            var properties = type.GetProperties().ToDictionary(p => KeyOf(p.Name), StringComparer.Ordinal);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = Text(ref reader), below = key.Length == 0 ? name : $"{key}.{name}";
                if (!properties.TryGetValue(name, out PropertyInfo? property))
                    throw Error(
                        ref reader, $"{Name(below)} does not exist; {(key.Length == 0 ? "a recipe" : $"'{key}'")} has {List(type)}");
                if (!seen.Add(name)) throw Error(ref reader, $"{Name(below)} stands there twice");
                reader.Read();
                bool isNullable;
                lock (_nullability) isNullable = _nullability.Create(property).WriteState == NullabilityState.Nullable;
                Value(ref reader, property.PropertyType, below, isNullable);
            }

            foreach ((string name, PropertyInfo property) in properties)
                if (property.GetCustomAttribute<RequiredMemberAttribute>() is not null && !seen.Contains(name))
                    throw Error(ref reader, $"{Name(key.Length == 0 ? name : $"{key}.{name}")} is missing");
        }

        private void Value(ref Utf8JsonReader reader, Type type, string key, bool isNullable)
        {
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
            else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
                Items(ref reader, type.GetGenericArguments()[0], key);
            else Object(ref reader, type, key);
        }

        private void Items(ref Utf8JsonReader reader, Type type, string key)
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

        private static string Name(string key) => key.Length == 0 ? "the recipe" : $"recipe field '{key}'";

        private static string List(Type type) => string.Join(", ", type.GetProperties().Select(p => KeyOf(p.Name)));

        private CimException Error(ref Utf8JsonReader reader, string message)
        {
            ReadOnlySpan<byte> before = utf8.AsSpan(0, (int)reader.TokenStartIndex);
            return new CimException(ErrorCodes.InvalidRecipe, message)
            { File = path, Line = 1 + before.Count((byte)'\n'), Column = before.Length - before.LastIndexOf((byte)'\n') };
        }
    }
}
