using System.Security;

namespace Cim.Tasks.Files;

/// <summary>Which exceptions say that a file or folder cannot be used, rather than that the task is wrong.</summary>
internal static class FileProblem
{
    public static bool Is(Exception e) =>
        e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or SecurityException;
}
