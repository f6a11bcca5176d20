namespace Cim.Cli.Commands.Doctor;

/// <summary>How a check came out.</summary>
internal enum DoctorState
{
    /// <summary>Nothing to do.</summary>
    Ok,

    /// <summary>It works, but something is slow or left out.</summary>
    Warning,

    /// <summary>Something that is needed does not work.</summary>
    Failed,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="State">How it came out.</param>
/// <param name="Found">What was found.</param>
/// <param name="Cure">What to do; null if nothing is wrong.</param>
internal sealed record DoctorCheck(string Name, DoctorState State, string Found, string? Cure = null)
{
    /// <summary>A check by something that throws where it does not work.</summary>
    /// <param name="name">What.</param>
    /// <param name="cure">What to do where it throws.</param>
    /// <param name="look">Returns what was found.</param>
    public static DoctorCheck Try(string name, string cure, Func<string> look)
    {
        try
        {
            return new DoctorCheck(name, DoctorState.Ok, look());
        }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException)
        {
            return new DoctorCheck(name, DoctorState.Failed, (e.InnerException ?? e).Message.ReplaceLineEndings(" "), cure);
        }
    }
}
