using Cim.Compiler.Messages;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Data;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Invocation;

/// <summary>
/// The files a command reads and writes, by the option that names them. <see cref="Check"/> refuses, before any work, an output that
/// would destroy an input or another output, or that cannot be written at all.
/// </summary>
internal sealed class CommandFiles
{
    private readonly List<(MessageText Option, string Path)> _inputs = [];
    private readonly List<(MessageText Option, string Path)> _outputs = [];
    private readonly List<MessageText> _unprobed = [];
    private readonly List<(MessageText What, Func<IEnumerable<string>> Files)> _further = [];

    /// <summary>A file that is only read.</summary>
    public CommandFiles Reads(MessageText option, string? path)
    {
        if (Named(option, path) is { } file) _inputs.Add((option, file));
        return this;
    }

    /// <summary>A network; its weights may lie in further files.</summary>
    public CommandFiles ReadsModel(string path)
    {
        _further.Add(("the model's external weights", () => InputHash.ExternalFiles(path)));
        return Reads("the model", path);
    }

    /// <summary>Samples: their labels may lie beside them.</summary>
    public CommandFiles ReadsData(MessageText option, string? path)
    {
        if (Named(option, path) is { } file)
            foreach (string labels in IdxFile.LabelCandidates(file).Where(File.Exists))
                _inputs.Add(($"the labels of {option}", labels));
        return Reads(option, path);
    }

    /// <summary>A hardware profile: a name, or a file with those it names.</summary>
    public CommandFiles ReadsProfile(MessageText option, string? nameOrPath) =>
        Further($"{option}, or of a base or table it names", nameOrPath is null ? null : () => HardwareProfiles.FilesOf(nameOrPath));

    /// <summary>A file that is written.</summary>
    public CommandFiles Writes(MessageText option, string? path)
    {
        if (Named(option, path) is { } file) _outputs.Add((option, file));
        return this;
    }

    /// <summary>A file that is read where it is there, and written only where it changes.</summary>
    public CommandFiles Updates(MessageText option, string? path)
    {
        _unprobed.Add(option);
        return Writes(option, path);
    }

    /// <summary>Files written into a folder.</summary>
    public CommandFiles WritesInto(MessageText option, string? folder, params string[] names)
    {
        if (Named(option, folder) is { } named)
            foreach (string name in names) _outputs.Add((option, Path.Combine(named, name)));
        return this;
    }

    /// <exception cref="CimException">CIM0010: two of the files are one; CIM0008: an output cannot be written.</exception>
    public void Check()
    {
        for (int i = 0; i < _outputs.Count; i++)
        {
            (MessageText option, string path) = _outputs[i];
            foreach ((MessageText other, string input) in _inputs) Differ(option, path, other, input, "which is read");
            for (int j = 0; j < i; j++) Differ(option, path, _outputs[j].Option, _outputs[j].Path, "which is written, too");
            // These take reading to find out: only where there is something to destroy.
            if (FileFacts.KindOf(path) == FileKind.Regular)
                foreach ((MessageText what, Func<IEnumerable<string>> files) in _further)
                    foreach (string file in Found(files)) Differ(option, path, what, file, "which is read");
            if (!_unprobed.Contains(option)) AtomicFile.Probe(path);
        }
    }

    private CommandFiles Further(MessageText what, Func<IEnumerable<string>>? files)
    {
        if (files is not null) _further.Add((what, files));
        return this;
    }

    private static IEnumerable<string> Found(Func<IEnumerable<string>> files)
    {
        try
        {
            return files();
        }
        catch (CimException)
        {
            return []; // Whoever reads it says what is wrong with it.
        }
    }

    private static void Differ(MessageText option, string path, MessageText other, string otherPath, string role)
    {
        bool same;
        try
        {
            same = FileFacts.AreSame(path, otherPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return; // Whoever opens it says what is wrong with it.
        }

        if (same)
            throw OptionError.Usage(
                $"{option} would write '{path}', but that is the file of {other}, {role}; nothing was changed. Name another file.");
    }

    private static string? Named(MessageText option, string? path) => path is not null && string.IsNullOrWhiteSpace(path)
        ? throw OptionError.Usage($"{option} is empty; name a file, or leave it out.")
        : path;
}
