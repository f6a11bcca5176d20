using Microsoft.Build.Utilities;

namespace Cim.Tasks.Diagnostics;

/// <summary>Errors and warnings of the tasks, with code and place but without MSBuild's format strings.</summary>
internal static class TaskLog
{
    public static void Fail(this TaskLoggingHelper log, string code, string file, string message) =>
        log.LogError(null, code, helpKeyword: null, file, 0, 0, 0, 0, "{0}", message);

    public static void Warn(this TaskLoggingHelper log, string code, string file, string message) =>
        log.LogWarning(null, code, helpKeyword: null, file, 0, 0, 0, 0, "{0}", message);
}
