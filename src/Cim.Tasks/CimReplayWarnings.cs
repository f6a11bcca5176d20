using Cim.Tasks.Diagnostics;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace Cim.Tasks;

/// <summary>Tells the warnings of the last compilation, also in builds that skipped it.</summary>
[MSBuildMultiThreadableTask]
public sealed class CimReplayWarnings : MSBuildTask
{
    /// <summary>The diagnostics files.</summary>
    [Required]
    public ITaskItem[] DiagnosticsFiles { get; set; } = [];

    /// <inheritdoc/>
    public override bool Execute()
    {
        foreach (ITaskItem file in DiagnosticsFiles)
        {
            if (!File.Exists(file.GetMetadata("FullPath"))) continue;
            foreach (string line in File.ReadAllLines(file.GetMetadata("FullPath")))
                if (CompilerOutput.IsWarning(line)) Log.LogMessageFromText(line, MessageImportance.Normal);
        }
        return true;
    }
}
