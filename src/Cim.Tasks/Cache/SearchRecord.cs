using System.Globalization;
using Cim.Tasks.Files;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Cache;

/// <summary>What the search of a model took of the time budget, for the compilation that follows it.</summary>
/// <param name="path">The file that keeps it.</param>
internal sealed class SearchRecord(string path)
{
    /// <summary>The record of a model.</summary>
    public static SearchRecord Of(ITaskItem model) => new(Path.ChangeExtension(model.GetMetadata("CompiledFile"), ".searched"));

    /// <summary>The time in seconds; null if nothing was searched since the last compilation.</summary>
    public double? Seconds =>
        File.Exists(path) && double.TryParse(File.ReadAllText(path), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            ? seconds : null;

    /// <summary>Writes the time.</summary>
    public void Write(TimeSpan time) => AtomicFile.Write(path, time.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>The compilation is done.</summary>
    public void Delete() => File.Delete(path);
}
