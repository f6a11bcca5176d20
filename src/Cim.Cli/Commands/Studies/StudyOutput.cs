using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Runtime;

namespace Cim.Cli.Commands.Studies;

/// <summary>What <c>cim unit --json</c> prints.</summary>
internal sealed class UnitDocument(int index, StudyUnit unit, bool wasDone) : JsonResult
{
    public int Unit => index;
    public string Id => unit.Id;
    public string What => unit.What;
    public bool WasDone => wasDone;
}

/// <summary>What <c>cim study status --json</c> prints.</summary>
internal sealed class StatusDocument(StudyStore store, IReadOnlyList<UnitState> states, FailedUnit? failure) : JsonResult
{
    public string Store => store.Folder;
    public int Units => states.Count;
    public int Done => Count(UnitState.Done);
    public int Running => Count(UnitState.Running);
    public int Waiting => Count(UnitState.Waiting);
    public int Failed => Count(UnitState.Failed);
    public int Missing => Count(UnitState.Missing);
    public FailedUnit? FirstFailure => failure;
    public bool Grows { get; init; }
    public string? Continuation { get; init; }

    private int Count(UnitState state) => states.Count(s => s == state);
}

/// <summary>A unit that ended without a result.</summary>
/// <param name="Unit">Its number.</param>
/// <param name="Code">The code of its error; null if it said nothing.</param>
/// <param name="Message">The error; null if it said nothing.</param>
/// <param name="Log">The log of its task; null if there is none.</param>
internal sealed record FailedUnit(int Unit, string? Code, string? Message, string? Log);

/// <summary>What <c>cim study best --json</c> prints.</summary>
internal sealed class BestDocument(StudyTable table, StudyDesign design) : JsonResult
{
    public IReadOnlyDictionary<string, string> Choices =>
        table.Parameters.Zip(design.Choices).ToDictionary(p => p.First, p => p.Second);
    public double? Accuracy => design.Accuracy;
    public double LossPoints => design.LossPoints;
    public double LatencyNs => design.Cost!.LatencyNs;
    public double? EnergyPj => StudyTable.Stated(design.Cost!.EnergyPj);
    public double? AreaUm2 => StudyTable.Stated(design.Cost!.AreaUm2);
    public long Arrays => design.Cost!.Arrays;
}

/// <summary>The JSON form of these documents.</summary>
[JsonSerializable(typeof(UnitDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(BestDocument))]
[JsonSerializable(typeof(SubmissionDocument))]
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class StudyOutputJson : JsonSerializerContext
{
    /// <summary>Paths stay readable.</summary>
    public static StudyOutputJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static StudyOutputJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
