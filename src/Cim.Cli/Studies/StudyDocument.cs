using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Cli.Studies;

/// <summary>A study as it stands in its store (<c>study.json</c>).</summary>
internal sealed record StudyDocument
{
    /// <summary>The version of this form.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>The version of the SDK that made it; another one would compute something else.</summary>
    public required string Sdk { get; init; }

    /// <summary>The build of that version; null in studies of before it was written.</summary>
    public string? Build { get; init; }

    /// <summary>A hash of everything the results depend on.</summary>
    public required string Key { get; init; }

    /// <summary>The command line, with absolute paths.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Whether further units may follow when these have results.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Grows { get; init; }

    /// <summary>Parts of a unit that follows; 0 = one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UnitParts { get; init; }

    /// <summary>What is computed at a time, in order.</summary>
    public required IReadOnlyList<StudyUnit> Units { get; init; }
}

/// <summary>What one process computes at a time: neighbouring parts of a study.</summary>
/// <param name="Id">A hash of everything its result depends on, which is also where the result lies.</param>
/// <param name="First">Its first part.</param>
/// <param name="Count">How many parts.</param>
/// <param name="What">Its parts, for people.</param>
internal sealed record StudyUnit(string Id, int First, int Count, string What)
{
    /// <summary>What each part is to compute, where results of earlier ones decided that; null where the number says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonElement>? Work { get; init; }
}

/// <summary>A part that results of earlier ones call for.</summary>
/// <param name="What">The part, for people.</param>
/// <param name="Work">All that says what it is.</param>
internal sealed record StudyPart(string What, JsonElement Work);

/// <summary>The result of a unit.</summary>
/// <param name="Unit">The unit's id.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Parts">The results of its parts.</param>
internal sealed record UnitResult(string Unit, double Seconds, IReadOnlyList<JsonElement> Parts);

/// <summary>Why a unit has no result.</summary>
/// <param name="Code">The code of the error.</param>
/// <param name="Message">Its text.</param>
internal sealed record UnitFailure(string Code, string Message);

/// <summary>The JSON form of a store's files.</summary>
[JsonSerializable(typeof(StudyDocument))]
[JsonSerializable(typeof(UnitResult))]
[JsonSerializable(typeof(UnitFailure))]
[JsonSerializable(typeof(ChipResult))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class StudyJson : JsonSerializerContext
{
    /// <summary>Paths and layer names stay readable.</summary>
    public static StudyJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static StudyJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
