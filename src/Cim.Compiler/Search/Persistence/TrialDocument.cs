using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Compiler.Search.Persistence;

/// <summary>A trial file as it stands on disk.</summary>
internal sealed record TrialDocument
{
    /// <summary>All that the measurements depend on.</summary>
    public required string Key { get; init; }

    /// <summary>Sensitivities of weights and activations; null if they are not measured yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrialSensitivity? Sensitivity { get; init; }

    /// <summary>By policy: divergence, loss, budget and the least of it.</summary>
    public required IReadOnlyDictionary<string, double[]> Trials { get; init; }

    /// <summary>By hardware: the sensitivity of conversions.</summary>
    public required IReadOnlyDictionary<string, SortedDictionary<int, double>[]> Conversions { get; init; }

    /// <summary>By space: the estimate of weights that was chosen.</summary>
    public IReadOnlyDictionary<string, TrialEstimate>? Estimates { get; init; }

    /// <summary>By candidate: the score of its training, and whether that was stopped.</summary>
    public IReadOnlyDictionary<string, TrainedScore>? Trained { get; init; }
}

/// <summary>Sensitivities of weights and activations: [layer or group][bits].</summary>
internal sealed record TrialSensitivity(SortedDictionary<int, double>[] Weights, SortedDictionary<int, double>[] Activations);

/// <summary>An estimate of weights: its name, the rank correlations of all estimates (null = undefined), and its values.</summary>
internal sealed record TrialEstimate(
    string Chosen, Dictionary<string, double?[]> RankCorrelation, SortedDictionary<int, double>[] Weights);

/// <summary>The score of a training, written as <c>[score, stopped]</c>.</summary>
[JsonConverter(typeof(TrainedScoreConverter))]
internal readonly record struct TrainedScore(double Score, bool Stopped);

/// <summary>Two values of different types in one array.</summary>
internal sealed class TrainedScoreConverter : JsonConverter<TrainedScore>
{
    public override TrainedScore Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.Number)
            throw new JsonException("A score must be [number, true or false].");
        double score = reader.GetDouble();
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            throw new JsonException("A score must be [number, true or false].");
        bool stopped = reader.GetBoolean();
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A score must be [number, true or false].");
        return new TrainedScore(score, stopped);
    }

    public override void Write(Utf8JsonWriter writer, TrainedScore value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Score);
        writer.WriteBooleanValue(value.Stopped);
        writer.WriteEndArray();
    }
}

/// <summary>The JSON form of a trial file: camel case, indented, names unescaped.</summary>
[JsonSerializable(typeof(TrialDocument))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TrialJson : JsonSerializerContext
{
    /// <summary>Layer names with '/' or '+' stay readable.</summary>
    public static TrialJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static TrialJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
