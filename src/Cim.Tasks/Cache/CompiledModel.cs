using System.Globalization;
using System.Text.RegularExpressions;
using Cim.Tasks.Diagnostics;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Cache;

/// <summary>
/// The folder one compilation gives, in the cache and on its way there: <c>model.cim</c>, <c>diagnostics.txt</c> (the warnings,
/// to be told again), <c>cim-sdk-version.txt</c> (version and hash of the compiler), <c>report/</c>, and <c>lock.json</c> if the item has a lock file.
/// </summary>
internal static class CompiledModel
{
    public const string ModelName = "model.cim";
    public const string ReportName = "report";
    private const string DiagnosticsName = "diagnostics.txt";
    private const string VersionName = "cim-sdk-version.txt";

    // Stands for the model in a stored warning: the checkout that reuses it has the model elsewhere.
    private const string ModelPlaceholder = "{model}";
    private const string LockName = "lock.json";

    /// <summary>Adds what the compiler itself does not write.</summary>
    /// <exception cref="IOException">The compiler said it succeeded but left no model.</exception>
    public static void Complete(string folder, string modelPath, IEnumerable<string> warnings, string? lockPath, string compiler)
    {
        if (!File.Exists(Path.Combine(folder, ModelName))) throw new IOException("the compiler reported success but wrote no model");
        File.WriteAllLines(Path.Combine(folder, DiagnosticsName), warnings.Select(w => w.Replace(modelPath, ModelPlaceholder)));
        File.WriteAllText(Path.Combine(folder, VersionName), compiler + "\n");
        if (lockPath is not null && File.Exists(lockPath)) File.Copy(lockPath, Path.Combine(folder, LockName), overwrite: true);
    }

    /// <summary>A result from the cache brings its lock file along if the project has none yet.</summary>
    public static void RestoreLock(string folder, string lockPath)
    {
        string stored = Path.Combine(folder, LockName);
        if (File.Exists(stored) && !File.Exists(lockPath)) AtomicFile.Copy(stored, lockPath);
    }

    /// <summary>Copies the model, the warnings and the report to the paths in the item's metadata, the model last.</summary>
    public static void CopyTo(string folder, ITaskItem item)
    {
        string report = Path.Combine(folder, ReportName);
        if (Directory.Exists(report))
        {
            foreach (string file in Directory.GetFiles(report))
                AtomicFile.Copy(file, Path.Combine(item.GetMetadata("ReportDirectory"), Path.GetFileName(file)));
        }
        string warnings = File.ReadAllText(Path.Combine(folder, DiagnosticsName)).Replace(ModelPlaceholder, item.GetMetadata("FullPath"));
        AtomicFile.Write(item.GetMetadata("DiagnosticsFile"), warnings);
        AtomicFile.Copy(Path.Combine(folder, ModelName), item.GetMetadata("CompiledFile"));
    }

    /// <summary>The figures of the report that fit one line, for the build's result line; empty if there are none.</summary>
    public static string Summary(string folder)
    {
        string report = Path.Combine(folder, ReportName, "report.json");
        if (!File.Exists(report)) return "";
        string json = File.ReadAllText(report);
        string text = "";
        if (Find("accuracyFloat") is { } original && Find("accuracyCompiled") is { } compiled)
            text += string.Format(CultureInfo.InvariantCulture, ", accuracy {0:P2} (float {1:P2})", compiled, original);
        if (Find("latencyNs") is { } latency) text += string.Format(CultureInfo.InvariantCulture, ", {0:N0} ns", latency);
        if (Find("energyPj") is { } energy) text += string.Format(CultureInfo.InvariantCulture, ", {0:N0} pJ", energy);
        if (Find("arrays") is { } arrays) text += string.Format(CultureInfo.InvariantCulture, ", {0:N0} arrays", arrays);
        return text;

        // The first occurrence of each is the total. A JSON package has no place in a build task for four numbers.
        double? Find(string name) =>
            Regex.Match(json, "\"" + name + "\"\\s*:\\s*(-?[0-9.eE+-]+)") is { Success: true } match
            && double.TryParse(match.Groups[1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;
    }
}
