using System.Text;
using Cim.Generators.Naming;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Options;

/// <summary>The checked options of one model: full paths, nothing relative, ready for the compiler and for the cache key.</summary>
internal sealed class ResolvedOptions
{
    /// <summary>How long a search takes in a build at most, unless the item says otherwise.</summary>
    private const string DefaultMinutes = "2";

    private readonly List<(ModelMetadata Metadata, string Value, bool IsFile)> _values = [];

    private ResolvedOptions(string modelPath) => ModelPath = modelPath;

    /// <summary>The ONNX file.</summary>
    public string ModelPath { get; }

    /// <summary>The lock file, if the item names one.</summary>
    public string? LockPath { get; private set; }

    /// <summary>True if the item names the lock file, false if it has its place from the model.</summary>
    public bool IsLockOwn { get; private set; } = true;

    /// <summary>Whether precisions are searched and the lock file keeps them.</summary>
    public bool KeepsSearch => LockPath is not null
        && _values.Any(v => v.Metadata.Flag == "--search" && !v.Value.Equals("uniform", StringComparison.OrdinalIgnoreCase));

    /// <summary>Files the result depends on besides the model, whether they exist or not.</summary>
    public IEnumerable<string> Files => _values.Where(v => v.IsFile).Select(v => v.Value);

    /// <summary>The options that are not files, for the cache key.</summary>
    public IEnumerable<string> Scalars => _values.Where(v => !v.IsFile && v.Metadata.Flag is not null).Select(v => v.Metadata.Flag + "=" + v.Value);

    /// <summary>Files with the flag they belong to, for the cache key.</summary>
    public IEnumerable<(string Flag, string Path)> FlaggedFiles => _values.Where(v => v.IsFile).Select(v => (v.Metadata.Flag!, v.Value));

    /// <summary>The class the generator makes.</summary>
    public string ClassName { get; private set; } = "";

    /// <summary>Reads and checks the metadata of an item; each thing wrong is told to <paramref name="problem"/>.</summary>
    public static ResolvedOptions From(ITaskItem item, string projectDirectory, Action<string> problem)
    {
        ResolvedOptions options = new(item.GetMetadata("FullPath"));
        foreach (ModelMetadata metadata in ModelMetadata.All)
        {
            string value = item.GetMetadata(metadata.Name).Trim();
            if (value.Length == 0) continue;
            string fullPath = metadata.Kind is MetadataKind.File or MetadataKind.NameOrFile or MetadataKind.LockFile
                ? FullPath(projectDirectory, value) : "";
            if (metadata.Check(value, fullPath) is { } wrong)
            {
                problem(wrong);
                continue;
            }
            if (metadata.Kind == MetadataKind.ClassName) options.ClassName = value;
            if (metadata.Kind == MetadataKind.LockFile) options.LockPath = fullPath;
            else if (metadata.Flag is not null)
            {
                bool isFile = metadata.IsFile(value, fullPath);
                options._values.Add((metadata, isFile ? fullPath : value, isFile));
            }
        }
        options.AddSearch();
        if (options.ClassName.Length == 0) options.ClassName = Identifiers.ToPascalCase(Path.GetFileNameWithoutExtension(options.ModelPath), "Model");
        return options;
    }

    /// <summary>
    /// Where there are samples to judge on and nobody has set the bits, precisions are searched, for a limited time; and a search
    /// keeps its choice in a lock file, beside the model unless the item names one.
    /// </summary>
    private void AddSearch()
    {
        if (Find("--search") is null && Find("--calibration") is not null && Find("--weight-bits") is null && Find("--activation-bits") is null)
            Add("--search", "rl");
        if (Find("--search") is not { } search || search.Equals("uniform", StringComparison.OrdinalIgnoreCase)) return;
        if (Find("--budget-minutes") is null) Add("--budget-minutes", DefaultMinutes);
        if (LockPath is not null) return;
        LockPath = Path.ChangeExtension(ModelPath, ".cim.lock.json");
        IsLockOwn = false;

        string? Find(string flag) => _values.Where(v => v.Metadata.Flag == flag).Select(v => v.Value).FirstOrDefault();
        void Add(string flag, string value) => _values.Add((ModelMetadata.All.First(m => m.Flag == flag), value, false));
    }

    /// <summary>
    /// The response file of <c>cim compile</c>: a person can run the same compilation with <c>cim compile @FILE -o out.cim</c>,
    /// and the build compiles again when its text changes.
    /// </summary>
    public string ToResponseFile(string toolId)
    {
        StringBuilder text = new();
        text.Append("# Written by the build. By hand: cim compile @<this file> -o out.cim\n");
        text.Append("# Compiler ").Append(toolId).Append('\n');
        text.Append(Quote(ModelPath)).Append('\n');
        foreach ((ModelMetadata metadata, string value, _) in _values)
            text.Append(metadata.Flag).Append(' ').Append(Quote(value)).Append('\n');
        if (LockPath is not null) text.Append("--lock ").Append(Quote(LockPath)).Append('\n');
        return text.ToString();
    }

    private static string Quote(string value) => "\"" + value + "\"";

    private static string FullPath(string directory, string path)
    {
        try
        {
            return Path.GetFullPath(Path.Combine(directory, path));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or PathTooLongException)
        {
            return path;
        }
    }
}
