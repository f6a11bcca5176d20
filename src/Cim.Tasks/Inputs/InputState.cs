using System.Text;
using Cim.Compiler.Options;
using Cim.Tasks.Files;
using Cim.Tasks.Options;

namespace Cim.Tasks.Inputs;

/// <summary>One file a compiled model depends on.</summary>
/// <param name="Role">What it is to the compilation: <c>model</c>, <c>external</c>, the name of an option, ...</param>
/// <param name="Path">Its full path.</param>
/// <param name="Hash">SHA-256 of its content, or <see cref="FileHashes.Absent"/>.</param>
internal sealed record InputFile(string Role, string Path, string Hash);

/// <summary>
/// Every file a compiled model depends on, by content: the model and its external weights, data and the labels beside it, the hardware
/// profile with all that it names, policies, files among the additional options. The key of the cache and the lines of the options file
/// are made from the same list, so what one notices the other does, too.
/// </summary>
internal sealed class InputState
{
    private const string LinePrefix = "# Input ";

    private readonly ResolvedOptions _options;

    private InputState(ResolvedOptions options, IReadOnlyList<InputFile> files) => (_options, Files) = (options, files);

    /// <summary>The files, in the order of the options; not the lock file, which the compilation itself may write.</summary>
    public IReadOnlyList<InputFile> Files { get; }

    /// <summary>Reads all files as they are now.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static InputState Of(ResolvedOptions options, FileHashes hashes)
    {
        List<InputFile> files = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        files.Add(new InputFile("model", options.ModelPath, hashes.Of(options.ModelPath)));
        foreach (string external in ModelFiles.External(options.ModelPath))
            files.Add(new InputFile("external " + Path.GetFileName(external), external, hashes.Of(external)));
        foreach ((OptionRow? row, string path) in options.InputFiles)
        {
            string role = row?.Name ?? "additional";
            seen.Clear();
            Add(role + " " + Path.GetExtension(path), path);
            foreach (string labels in DataFiles.LabelsBeside(path)) files.Add(new InputFile(role + " labels", labels, hashes.Of(labels)));
        }
        return new InputState(options, files);

        void Add(string role, string path)
        {
            if (!seen.Add(path)) return;
            files.Add(new InputFile(role, path, hashes.Of(path)));
            foreach (string named in ProfileFiles.NamedBy(path)) Add(role + " names", named);
        }
    }

    /// <summary>The key of the cache: no path and no time is in it, so equal inputs have it in every checkout and on every
    /// machine.</summary>
    /// <exception cref="IOException">The lock file cannot be read.</exception>
    public string Key(string toolId)
    {
        StringBuilder facts = new();
        facts.Append("compiler ").Append(toolId).Append('\n');
        foreach (InputFile file in Files) facts.Append(file.Role).Append(' ').Append(file.Hash).Append('\n');
        foreach (string value in _options.KeyValues) facts.Append(value).Append('\n');
        if (_options.LockPath is { } lockPath)
            facts.Append("lock ").Append(File.Exists(lockPath) ? ContentHash.OfFile(lockPath) : FileHashes.Absent).Append('\n');
        return ContentHash.OfText(facts.ToString());
    }

    /// <summary>The comment lines of the options file.</summary>
    public string ToLines()
    {
        StringBuilder text = new();
        foreach (InputFile file in Files) text.Append(LinePrefix).Append(file.Hash).Append(' ').Append(file.Path).Append('\n');
        return text.ToString();
    }

    /// <summary>A file that has another content than <paramref name="other"/> says, or null.</summary>
    public string? Difference(InputState other)
    {
        Dictionary<string, string> theirs = new(StringComparer.Ordinal);
        foreach (InputFile file in other.Files) theirs[file.Path] = file.Hash;
        return Files.FirstOrDefault(f => !theirs.TryGetValue(f.Path, out string? hash) || hash != f.Hash)?.Path
            ?? other.Files.FirstOrDefault(f => Files.All(own => own.Path != f.Path))?.Path;
    }

    /// <summary>
    /// A file of which the compiler read another content, or that it read and this list does not have; null if there is none.
    /// </summary>
    /// <param name="report">What the compiler wrote with <c>--dependencies</c>.</param>
    public string? Difference(string report)
    {
        if (!File.Exists(report)) return _options.ModelPath;
        foreach (string line in File.ReadAllLines(report))
        {
            int space = line.IndexOf("  ", StringComparison.Ordinal);
            if (space < 0) continue;
            (string hash, string path) = (line.Substring(0, space), line.Substring(space + 2));
            if (path == _options.LockPath) continue;
            InputFile? known = Files.FirstOrDefault(f => f.Path == path);
            if ((known?.Hash ?? FileHashes.Absent) != hash) return path;
        }
        return null;
    }
}
