using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Cli.Studies.Slurm;

namespace Cim.Cli.Commands.Studies;

/// <summary>What <c>--submit --json</c> and <c>cim study resume --json</c> print.</summary>
/// <param name="store">The folder.</param>
/// <param name="units">Units of the study.</param>
/// <param name="jobs">What was submitted.</param>
/// <param name="gatherJob">The job that puts the result together; null if none was submitted.</param>
internal sealed class SubmissionDocument(string store, int units, IReadOnlyList<SlurmSubmission> jobs, string? gatherJob) : JsonResult
{
    public string Store => store;
    public int Units => units;
    public IReadOnlyList<SlurmSubmission> Jobs => jobs;
    public string? GatherJob => gatherJob;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DryRun? DryRun { get; init; }
}

/// <summary>What <c>--dry-run</c> prints instead of submitting it.</summary>
/// <param name="Commands">The calls of sbatch, in order.</param>
/// <param name="Units">The script of the job arrays.</param>
/// <param name="Gather">The script of the job after them.</param>
internal sealed record DryRun(IReadOnlyList<string> Commands, string Units, string Gather);
