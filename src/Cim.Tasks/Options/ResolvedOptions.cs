using System.Text;
using System.Text.RegularExpressions;
using Cim.Generators.Naming;
using Cim.Tasks.Inputs;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Options;

/// <summary>The checked options of one model: full paths, nothing relative, ready for the compiler and for the cache key.</summary>
internal sealed class ResolvedOptions
{
    /// <summary>How long a search takes in a build at most, unless the item says otherwise.</summary>
    private const string DefaultMinutes = "2";

    private static readonly Regex _words = new("\"([^\"]*)\"|([^\\s\"=]+)", RegexOptions.CultureInvariant);

    private readonly List<(ModelMetadata Metadata, string Value, bool IsFile)> _values = [];
    private readonly string _projectDirectory;

    private ResolvedOptions(string modelPath, string projectDirectory) => (ModelPath, _projectDirectory) = (modelPath, projectDirectory);

    /// <summary>The ONNX file.</summary>
    public string ModelPath { get; }

    /// <summary>The lock file, if the item names one.</summary>
    public string? LockPath { get; private set; }

    /// <summary>True if the item names the lock file, false if it has its place from the model.</summary>
    public bool IsLockOwn { get; private set; } = true;

    /// <summary>Further options of the compiler, as they are written; empty if there are none.</summary>
    public string Additional { get; private set; } = "";

    /// <summary>Whether precisions are searched and the lock file keeps them.</summary>
    public bool KeepsSearch => LockPath is not null && Find("--search") is { } search && search != "uniform";

    /// <summary>True if the compilation also writes files the item names, which a result from the cache would not.</summary>
    public bool WritesBeside => Beside.Any();

    /// <summary>Those files and folders.</summary>
    public IEnumerable<string> Beside => _values.Where(v => v.Metadata.Kind == MetadataKind.Output).Select(v => v.Value);

    /// <summary>The options that are not files, for the cache key; not those that only say where something is written.</summary>
    public IEnumerable<string> Scalars =>
        _values.Where(v => !v.IsFile && v.Metadata.Kind is not (MetadataKind.Output or MetadataKind.State))
        .Select(v => v.Metadata.Flag + "=" + v.Value)
        .Concat(Additional.Length > 0 ? ["additional " + Additional] : []);

    /// <summary>Files with the flag they belong to, also those among the additional options.</summary>
    public IEnumerable<(string Flag, string Path)> FlaggedFiles => _values.Where(v => v.IsFile).Select(v => (v.Metadata.Flag!, v.Value))
        .Concat(_words.Matches(Additional).Cast<Match>().Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[2].Value)
            .Select(word => FullPath(_projectDirectory, word)).Where(File.Exists).Select(path => ("additional", path)));

    /// <summary>The class the generator makes.</summary>
    public string ClassName { get; private set; } = "";

    /// <summary>Reads and checks the metadata of an item; each thing wrong is told to <paramref name="problem"/>.</summary>
    public static ResolvedOptions From(ITaskItem item, string projectDirectory, Action<string> problem)
    {
        ResolvedOptions options = new(item.GetMetadata("FullPath"), projectDirectory);
        foreach (ModelMetadata metadata in ModelMetadata.All)
        {
            string value = item.GetMetadata(metadata.Name).Trim();
            if (value.Length == 0) continue;
            string fullPath = metadata.IsPath() ? FullPath(projectDirectory, value) : "";
            if (metadata.Check(value, fullPath) is { } wrong) problem(wrong);
            else if (options._values.FirstOrDefault(v => v.Metadata.Flag == metadata.Flag).Metadata is { Flag: not null } other)
                problem($"{other.Name} and {metadata.Name} are two names of one option; set one of them.");
            else options.Set(metadata, value, fullPath);
        }
        options.AddSearch();
        if (options.ClassName.Length == 0)
            options.ClassName = Identifiers.ToPascalCase(Path.GetFileNameWithoutExtension(options.ModelPath), "Model");
        return options;
    }

    /// <summary>The value of a flag, or null.</summary>
    public string? Find(string flag) => _values.Where(v => v.Metadata.Flag == flag).Select(v => v.Value).FirstOrDefault();

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
        {
            foreach (string one in metadata.Kind == MetadataKind.Dimensions ? MetadataCheck.Dimensions(value) : [value])
                text.Append(metadata.Flag).Append(' ').Append(Quote(one)).Append('\n');
        }
        if (LockPath is not null) text.Append("--lock ").Append(Quote(LockPath)).Append('\n');
        if (Additional.Length > 0) text.Append(Additional).Append('\n');
        return text.ToString();
    }

    private void Set(ModelMetadata metadata, string value, string fullPath)
    {
        if (metadata.Kind == MetadataKind.ClassName) ClassName = value;
        else if (metadata.Kind == MetadataKind.LockFile) LockPath = fullPath;
        else if (metadata.Kind == MetadataKind.Text) Additional = Regex.Replace(value, @"\s*[\r\n]+\s*", " ");
        else if (metadata.Flag is not null)
        {
            bool isFile = metadata.IsFile(value, fullPath);
            bool isPath = isFile || metadata.Kind is MetadataKind.Output or MetadataKind.State;
            _values.Add((metadata, isPath ? fullPath : value, isFile));
        }
    }

    /// <summary>
    /// Where there are samples to judge on and nobody has set the bits, precisions are searched, for a limited time; and a search
    /// keeps its choice in a lock file, beside the model unless the item names one.
    /// </summary>
    private void AddSearch()
    {
        if (Find("--search") is null && Find("--calibration") is not null && Find("--weight-bits") is null
            && Find("--activation-bits") is null && Find("--policy") is null)
            Add("--search", "rl");
        if (Find("--search") is not { } search || search == "uniform") return;
        if (Find("--budget-minutes") is null) Add("--budget-minutes", DefaultMinutes);
        if (LockPath is not null) return;
        LockPath = Path.ChangeExtension(ModelPath, ".cim.lock.json");
        IsLockOwn = false;

        void Add(string flag, string value) => _values.Add((ModelMetadata.All.First(m => m.Flag == flag), value, false));
    }

    private static string Quote(string value) => "\"" + value + "\"";

    private static string FullPath(string directory, string path)
    {
        try
        {
            return Path.GetFullPath(Path.Combine(directory, path));
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return path;
        }
    }
}
