using System.Collections.Concurrent;

namespace Cim.Tests.Shared.Architecture;

/// <summary>The sources of one project, and which file names the types of which other.</summary>
internal sealed class SourceProject
{
    private readonly ILookup<string, SourceFile> _filesOfType;
    private readonly ILookup<string, SourceFile> _filesOfExtension;
    private readonly ILookup<string, SourceFile> _filesOfNamespace;
    private readonly ConcurrentDictionary<SourceFile, IReadOnlyDictionary<SourceFile, SortedSet<string>>> _uses = new();

    public SourceProject(string name, IEnumerable<SourceFile> files)
    {
        Name = name;
        Files = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
        _filesOfType = Files.SelectMany(f => f.Types.Select(t => (t.Name, File: f))).ToLookup(p => p.Name, p => p.File);
        _filesOfExtension = Files.SelectMany(f => f.ExtensionMethods.Select(m => (Name: m, File: f))).ToLookup(p => p.Name, p => p.File);
        _filesOfNamespace = Files.Where(f => f.Types.Count > 0).ToLookup(f => f.Namespace);
    }

    /// <summary>The project's name, which is its root namespace too.</summary>
    public string Name { get; }

    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Reads a project of the repository, for example <c>src/Cim.Runtime</c>.</summary>
    public static SourceProject Read(string folder) => new(Path.GetFileName(folder), RepositoryFiles.Sources(folder)
        .Select(path => SourceFile.Parse(Path.GetRelativePath(folder, path).Replace('\\', '/'), RepositoryFiles.Text(path))));

    /// <summary>The other files of the project that a file depends on, each with the names it takes from it.</summary>
    public IReadOnlyDictionary<SourceFile, SortedSet<string>> Uses(SourceFile file) => _uses.GetOrAdd(file, FindUses);

    /// <summary>The project's own types that a type knows, over all of its partial declarations.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> Collaborators() =>
        Files.SelectMany(f => f.Types.Select(t => (File: f, Type: t))).GroupBy(p => $"{p.File.Namespace}.{p.Type.Name}").ToDictionary(
            type => type.Key,
            type => new SortedSet<string>(
                type.SelectMany(p => p.Type.Names.Where(n => LastPart(n) != p.Type.Name && FilesNamed(p.File, n).Any()).Select(LastPart)),
                StringComparer.Ordinal));

    private Dictionary<SourceFile, SortedSet<string>> FindUses(SourceFile file)
    {
        var uses = new Dictionary<SourceFile, SortedSet<string>>();
        void Add(SourceFile other, string name)
        {
            if (other == file) return;
            if (!uses.TryGetValue(other, out SortedSet<string>? names)) uses.Add(other, names = new(StringComparer.Ordinal));
            names.Add(name);
        }

        foreach ((SourceFile other, string name) in file.Names.SelectMany(n => FilesNamed(file, n).Select(f => (f, n)))) Add(other, name);
        foreach (string method in file.CalledMembers)
            foreach (SourceFile other in _filesOfExtension[method].Where(f => Distance(file, f) < int.MaxValue)) Add(other, $".{method}()");

        // A using is a dependency even where only extension methods come through it, or nothing any more.
        foreach (string import in file.Usings)
        {
            IEnumerable<SourceFile> opened = _filesOfNamespace[import];
            if (opened.Any() && !opened.Any(uses.ContainsKey)) Add(opened.First(), $"using {import}");
        }

        return uses;
    }

    // The files that declare the type a name stands for: the nearest enclosing namespace wins, then what the usings open. A type in
    // several files stands in the one that has its name.
    private IEnumerable<SourceFile> FilesNamed(SourceFile from, string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0) return _filesOfType[LastPart(name)].Where(f => f.Namespace.Split('.')[^1] == name[..dot]);
        var visible = _filesOfType[name].Select(f => (File: f, Distance: Distance(from, f))).Where(p => p.Distance < int.MaxValue).ToList();
        SourceFile[] nearest = [.. visible.Where(p => p.Distance == visible.Min(v => v.Distance)).Select(p => p.File)];
        SourceFile? main = nearest.FirstOrDefault(f => Path.GetFileName(f.Path) == name + ".cs");
        return main is null ? nearest : [main];
    }

    private static int Distance(SourceFile from, SourceFile to)
    {
        if (from.Namespace == to.Namespace) return 0;
        if (from.Namespace.StartsWith(to.Namespace + ".", StringComparison.Ordinal)) return from.Namespace.Length - to.Namespace.Length;
        return from.Usings.Any(u => u == to.Namespace || to.Types.Any(t => u == $"{to.Namespace}.{t.Name}")) ? 10_000 : int.MaxValue;
    }

    private static string LastPart(string name) => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
