using Cim.Cli.Commands.Doctor;
using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim doctor --json</c> prints.</summary>
internal sealed class DoctorDocument(IReadOnlyList<DoctorCheck> checks) : JsonResult
{
    public bool Ok => checks.All(c => c.State != DoctorState.Failed);
    public IEnumerable<DoctorCheckDocument> Checks => checks.Select(c => new DoctorCheckDocument(c));
}

/// <summary>One check.</summary>
internal sealed class DoctorCheckDocument(DoctorCheck check)
{
    public string Name => check.Name;
    public string State => check.State.ToString().ToLowerInvariant();
    public string Found => check.Found;
    public string? Cure => check.Cure;
}
