using System.Diagnostics;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace Cim.Tasks;

/// <summary>Does nothing until the next progress is probably there, so that the name of its target can be read meanwhile.</summary>
[MSBuildMultiThreadableTask]
public sealed class CimWait : MSBuildTask, ICancelableTask, IDisposable
{
    // The compiler is silent for a second at most.
    private static readonly TimeSpan _time = TimeSpan.FromSeconds(1.3), _step = TimeSpan.FromSeconds(0.05);

    private readonly ManualResetEvent _cancelled = new(false);

    /// <summary>A file that ends the wait when it is there: the last one the compiler writes.</summary>
    public string Until { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        Stopwatch time = Stopwatch.StartNew();
        while (time.Elapsed < _time && !File.Exists(Until) && !_cancelled.WaitOne(_step))
        {
        }
        return true;
    }

    /// <inheritdoc/>
    public void Cancel() => _cancelled.Set();

    /// <summary>Frees the wait handle.</summary>
    public void Dispose() => _cancelled.Dispose();
}
