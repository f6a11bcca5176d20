using Cim.Tasks.Diagnostics;
using Cim.Tasks.Live;
using Microsoft.Build.Framework;

namespace Cim.Tasks;

/// <summary>Where the progress of the compiler is seen.</summary>
public abstract partial class CompilerTask
{
    private ProgressDisplay? _progress;

    /// <summary>True where the terminal logger shows the build. It shows no message, only the name of what runs, so progress is the name of
    /// a target there.</summary>
    public string Live { get; set; } = "";

    /// <summary>The file that the compiler writes last; null if it is there from the beginning.</summary>
    private protected abstract string? LastFile { get; }

    /// <summary>Shows a line of progress: each second on a terminal, else as a message every ten seconds.</summary>
    private void ShowProgress(string line)
    {
        if (CompilerProgress.TryParse(line) is not { } state) return;
        _progress ??= new ProgressDisplay(ModelName);
        if (Live.Trim() == "1")
        {
            if (_progress.IsDue(TimeSpan.FromSeconds(1))) ShowLive(state);
        }
        else if (_progress.IsDue(TimeSpan.FromSeconds(10)))
            Log.LogMessage(MessageImportance.High, "{0}", _progress.Message(state));
    }

    /// <summary>Runs a target with a name of its own for a moment. The node was released while the compiler runs.</summary>
    private void ShowLive(CompilerProgress state)
    {
        if (BuildEngine is not IBuildEngine3 engine || IsCancelled) return;
        LiveTarget target = new(
            Path.ChangeExtension(Model.GetMetadata("CompiledFile"), null), ModelName, typeof(CimWait));
        if (!target.TryWrite(ProgressDisplay.Name(state), LastFile ?? "")) return;
        engine.Reacquire();
        try
        {
            engine.BuildProjectFile(target.Project, [target.Name], new Dictionary<string, string>(), null);
        }
        finally
        {
            target.Delete();
            engine.Yield();
        }
    }
}
