using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Cli.Studies.Slurm;

/// <summary>A job array that was submitted.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Offset">The unit of task 0.</param>
/// <param name="Tasks">Its tasks as sbatch reads them: <c>0-7,9</c>.</param>
internal sealed record SlurmSubmission(string Job, int Offset, string Tasks);

/// <summary>What was submitted for a study so far (<c>slurm/jobs.json</c> of a store).</summary>
/// <param name="Options">See <see cref="SlurmSettings.Options"/>.</param>
/// <param name="Setup">See <see cref="SlurmSettings.Setup"/>.</param>
/// <param name="Parallel">See <see cref="SlurmSettings.Parallel"/>.</param>
/// <param name="Submissions">The oldest first.</param>
internal sealed record SlurmJobs(IReadOnlyList<string> Options, string? Setup, int Parallel, IReadOnlyList<SlurmSubmission> Submissions)
{
    /// <summary>The last job that puts the result together, or continues the study; null if there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Gather { get; init; }

    /// <summary>The same with other settings.</summary>
    public SlurmJobs With(SlurmSettings settings) =>
        this with { Options = settings.Options, Setup = settings.Setup, Parallel = settings.Parallel };

    /// <summary>The settings of the last submission.</summary>
    [JsonIgnore]
    public SlurmSettings Settings => new([.. Options], Setup, Parallel);
}

/// <summary>The JSON form of what was submitted.</summary>
[JsonSerializable(typeof(SlurmJobs))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class SlurmJson : JsonSerializerContext
{
    /// <summary>Paths stay readable.</summary>
    public static SlurmJson Relaxed => Context.Relaxed;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static SlurmJson Relaxed { get; } = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
