using System.Text;
using System.Text.RegularExpressions;
using Cim.Compiler.Options;
using Cim.Generators.Naming;
using Cim.Tasks.Files;
using Microsoft.Build.Framework;

namespace Cim.Tasks.Options;

/// <summary>The checked options of one model: full paths, nothing relative, ready for the compiler and for the cache key.</summary>
internal sealed class ResolvedOptions
{
    /// <summary>How long a search takes in a build at most, unless the item sets it.</summary>
    private const string DefaultMinutes = "2";

    private readonly List<OptionValue> _values = [];
    private readonly string _projectDirectory;
    private string _additional = "";

    private ResolvedOptions(string modelPath, string projectDirectory) => (ModelPath, _projectDirectory) = (modelPath, projectDirectory);

    /// <summary>The ONNX file.</summary>
    public string ModelPath { get; }

    /// <summary>The lock file, if the item names one.</summary>
    public string? LockPath { get; private set; }

    /// <summary>True if the item names the lock file, false if its path follows from that of the model.</summary>
    public bool IsLockOwn { get; private set; } = true;

    /// <summary>Whether precisions are searched and the lock file keeps them.</summary>
    public bool KeepsSearch => LockPath is not null && Find(OptionTable.Search) is { } search && search != "uniform";

    /// <summary>True if the compilation also writes files the item names, which a result from the cache would not.</summary>
    public bool WritesBeside => Beside.Any();

    /// <summary>Those files and folders.</summary>
    public IEnumerable<string> Beside => _values.Where(v => v.Row.File == FileUse.Written).Select(v => v.Value);

    /// <summary>The values of the options that belong to the key of the cache; files belong to it by their content.</summary>
    public IEnumerable<string> KeyValues => _values
        .Where(v => v.Row.IsIn(OptionKeys.Cache) && !v.IsReadFile && !v.IsAdditional).Select(v => v.Row.Name + "=" + v.Value)
        .Concat(_additional.Length > 0 ? ["AdditionalOptions=" + _additional] : []);

    /// <summary>Files that are read, with the option each belongs to; null if an additional option has it.</summary>
    public IEnumerable<(OptionRow? Row, string Path)> InputFiles =>
        _values.Where(v => v.IsReadFile && !v.IsAdditional).Select(v => ((OptionRow?)v.Row, v.Value))
        .Concat(_values.Where(v => v.IsReadFile && v.IsAdditional).Select(v => ((OptionRow?)null, v.Value)));

    /// <summary>The class the generator makes.</summary>
    public string ClassName { get; private set; } = "";

    /// <summary>Reads and checks the metadata of an item; <paramref name="problem"/> gets each thing that is wrong.</summary>
    public static ResolvedOptions From(ITaskItem item, string projectDirectory, Action<string> problem)
    {
        ResolvedOptions options = new(item.GetMetadata("FullPath"), projectDirectory);
        foreach (OptionRow row in OptionTable.OnItem)
        {
            string? first = null;
            foreach (string name in row.Names)
            {
                string value = item.GetMetadata(name).Trim();
                if (value.Length == 0) continue;
                string fullPath = row.IsPath ? FullPath(projectDirectory, value) : "";
                if (row.Check(name, value, fullPath) is { } wrong) problem(wrong);
                else if (first is not null) problem($"{first} and {name} are two names of one option; set one of them.");
                else options.Set(row, value, fullPath);
                first ??= name;
            }
        }

        options.AddSearch();
        if (options.ClassName.Length == 0)
            options.ClassName = Identifiers.ToPascalCase(Path.GetFileNameWithoutExtension(options.ModelPath), "Model");
        return options;
    }

    /// <summary>The value of an option, or null.</summary>
    public string? Find(OptionRow row) => _values.Where(v => v.Row == row).Select(v => v.Value).FirstOrDefault();

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
        foreach (OptionValue value in _values.Where(v => !v.IsAdditional))
        {
            foreach (string one in value.Row.IsRepeatable ? OptionCheck.Pieces(value.Value) : [value.Value])
                text.Append(value.Row.Flag).Append(' ').Append(Quote(one)).Append('\n');
        }

        if (LockPath is not null && Find(OptionTable.Lock) is null)
            text.Append(OptionTable.Lock.Flag).Append(' ').Append(Quote(LockPath)).Append('\n');
        if (_additional.Length > 0) text.Append(_additional).Append('\n');
        return text.ToString();
    }

    private void Set(OptionRow row, string value, string fullPath)
    {
        if (row == OptionTable.ClassName) ClassName = value;
        else if (row == OptionTable.Lock) LockPath = fullPath;
        else if (row == OptionTable.AdditionalOptions) SetAdditional(Regex.Replace(value, @"\s*[\r\n]+\s*", " "));
        else if (row.IsOnCommandLine) Add(row, value, fullPath, isAdditional: false);
    }

    private void SetAdditional(string text)
    {
        _additional = text;
        foreach ((OptionRow? row, string? value) in AdditionalOptions.Parse(text))
        {
            if (row is null) continue;
            string fullPath = row.IsPath && value is not null ? FullPath(_projectDirectory, value) : "";
            Add(row, value ?? "true", fullPath, isAdditional: true);
            if (row == OptionTable.Lock) LockPath = fullPath;
        }
    }

    private void Add(OptionRow row, string value, string fullPath, bool isAdditional)
    {
        bool isReadFile = row.IsReadFile(value, fullPath);
        bool isPath = isReadFile || row.File is FileUse.Written or FileUse.State or FileUse.Updated;
        _values.Add(new OptionValue(row, isPath ? fullPath : value, isReadFile, isAdditional));
    }

    /// <summary>
    /// Where there are samples to evaluate on and nobody has set the bits, precisions are searched, for a limited time; and a search
    /// keeps its choice in a lock file, beside the model unless the item names one.
    /// </summary>
    private void AddSearch()
    {
        if (Find(OptionTable.Search) is null && Find(OptionTable.Calibration) is not null && Find(OptionTable.WeightBits) is null
            && Find(OptionTable.ActivationBits) is null && Find(OptionTable.Policy) is null)
            Add(OptionTable.Search, "rl", "", isAdditional: false);
        if (Find(OptionTable.Search) is not { } search || search == "uniform") return;
        if (Find(OptionTable.SearchBudget) is null) Add(OptionTable.SearchBudget, DefaultMinutes, "", isAdditional: false);
        if (LockPath is not null) return;
        LockPath = Path.ChangeExtension(ModelPath, ".cim.lock.json");
        IsLockOwn = false;
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

    /// <summary>One option that was set.</summary>
    /// <param name="Row">The option.</param>
    /// <param name="Value">Its value; a full path if it is a file.</param>
    /// <param name="IsReadFile">Whether it is a file that is read.</param>
    /// <param name="IsAdditional">Whether it stands among the additional options, which are passed as they are.</param>
    private sealed record OptionValue(OptionRow Row, string Value, bool IsReadFile, bool IsAdditional);
}
