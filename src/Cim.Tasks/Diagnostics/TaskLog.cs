using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Cim.Tasks.Diagnostics;

/// <summary>Errors and warnings of the tasks, with code and place but without MSBuild's format strings.</summary>
internal static class TaskLog
{
    /// <summary>An error of the project as a whole.</summary>
    public static void Fail(this TaskLoggingHelper log, string code, string file, string message) =>
        log.LogError(null, code, helpKeyword: null, file, 0, 0, 0, 0, "{0}", message);

    /// <summary>An error of one model, which names it as the compiler does: <c>net.onnx(1,1): error CIMnnnn</c>.</summary>
    public static void Fail(this TaskLoggingHelper log, string code, ITaskItem model, string message) =>
        log.LogError(null, code, helpKeyword: null, model.GetMetadata("FullPath"), 1, 1, 0, 0, "{0}", message);

    /// <summary>A warning of the project as a whole.</summary>
    public static void Warn(this TaskLoggingHelper log, string code, string file, string message) =>
        log.LogWarning(null, code, helpKeyword: null, file, 0, 0, 0, 0, "{0}", message);

    /// <summary>A warning of one model.</summary>
    public static void Warn(this TaskLoggingHelper log, string code, ITaskItem model, string message) =>
        log.LogWarning(null, code, helpKeyword: null, model.GetMetadata("FullPath"), 1, 1, 0, 0, "{0}", message);
}
