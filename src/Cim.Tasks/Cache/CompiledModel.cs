using System.Globalization;
using Cim.Tasks.Files;
using Cim.Tasks.Inputs;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Cache;

/// <summary>
/// The folder one compilation gives, and an entry of the cache: <c>model.cim</c>, <c>diagnostics.txt</c> (the warnings,
/// to be told again), <c>cim-sdk-version.txt</c> (version and hash of the compiler), <c>report/</c>, and <c>lock.json</c> if the item has a
/// lock file.
/// </summary>
internal static class CompiledModel
{
    public const string ModelName = "model.cim";
    public const string ReportName = "report";
    public const string LockName = "lock.json";

    /// <summary>What the compiler read; compared and removed before the model is stored.</summary>
    public const string DependenciesName = "dependencies.txt";

    private const string DiagnosticsName = "diagnostics.txt";
    private const string VersionName = "cim-sdk-version.txt";

    /// <summary>Adds what the compiler itself does not write.</summary>
    /// <exception cref="IOException">The compiler said it succeeded but left no model.</exception>
    public static void Complete(string folder, InputState inputs, IEnumerable<string> warnings, string? lockPath, string compiler)
    {
        if (!File.Exists(Path.Combine(folder, ModelName))) throw new IOException("the compiler reported success but wrote no model");
        File.WriteAllLines(Path.Combine(folder, DiagnosticsName), warnings.Select(w => WithPlaceholders(w, inputs)));
        File.WriteAllText(Path.Combine(folder, VersionName), compiler + "\n");
        if (lockPath is not null && File.Exists(lockPath)) File.Copy(lockPath, Path.Combine(folder, LockName), overwrite: true);
        File.Delete(Path.Combine(folder, DependenciesName));
    }

    /// <summary>A result from the cache brings its lock file along if the project has none yet.</summary>
    public static void RestoreLock(string folder, string lockPath)
    {
        string stored = Path.Combine(folder, LockName);
        if (File.Exists(stored) && !File.Exists(lockPath)) AtomicFile.Copy(stored, lockPath);
    }

    /// <summary>The hash of the model.</summary>
    public static string HashOf(string folder) => ContentHash.OfFile(Path.Combine(folder, ModelName));

    /// <summary>Moves the model, the warnings and the report to the paths in the item's metadata, the model last.</summary>
    public static void MoveTo(string folder, ITaskItem item, InputState inputs)
    {
        string report = Path.Combine(folder, ReportName), target = item.GetMetadata("ReportDirectory");
        HashSet<string> reported = new(StringComparer.Ordinal);
        foreach (string file in Below(report))
        {
            reported.Add(file);
            AtomicFile.Move(Path.Combine(report, file), Path.Combine(target, file));
        }
        // Pages of an earlier report would look as if they belonged to this one.
        foreach (string file in Below(target))
            if (!reported.Contains(file)) File.Delete(Path.Combine(target, file));
        AtomicFile.Write(item.GetMetadata("DiagnosticsFile"), WithPaths(File.ReadAllText(Path.Combine(folder, DiagnosticsName)), inputs));
        AtomicFile.Move(Path.Combine(folder, ModelName), item.GetMetadata("CompiledFile"));
    }

    // In a stored warning a number stands for each input: the checkout that reuses it has its files elsewhere. Equal keys have equal lists.
    private static string WithPlaceholders(string text, InputState inputs)
    {
        foreach ((string path, int index) in inputs.Files.Select((f, i) => (f.Path, i)).OrderByDescending(f => f.Path.Length))
            text = text.Replace(path, "{input " + index.ToString(CultureInfo.InvariantCulture) + "}");
        return text;
    }

    private static string WithPaths(string text, InputState inputs)
    {
        for (int i = inputs.Files.Count - 1; i >= 0; i--)
            text = text.Replace("{input " + i.ToString(CultureInfo.InvariantCulture) + "}", inputs.Files[i].Path);
        return text;
    }

    private static string[] Below(string folder) => !Directory.Exists(folder) ? []
        : [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => f.Substring(folder.TrimEnd('/', '\\').Length + 1))];
}
