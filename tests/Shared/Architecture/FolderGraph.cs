namespace Cim.Tests.Shared.Architecture;

/// <summary>One file that needs another folder: the reason for an edge of the <see cref="FolderGraph"/>.</summary>
internal sealed record FolderEdge(string From, string To, SourceFile File, SourceFile Target, string Names)
{
    public override string ToString() => $"{From} -> {To}: {File.Path} uses {Names} of {Target.Path}";
}

/// <summary>The folders of a project and which needs which, down to the given depth (1: first level).</summary>
internal sealed class FolderGraph
{
    private readonly List<FolderEdge> _edges = [];

    public FolderGraph(SourceProject project, int depth = 1)
    {
        string Room(SourceFile f) => f.Folder.Length == 0 ? "." : string.Join('/', f.Folder.Split('/').Take(depth));
        foreach (SourceFile file in project.Files)
            foreach ((SourceFile target, SortedSet<string> names) in project.Uses(file))
                if (Room(file) != Room(target)) _edges.Add(new(Room(file), Room(target), file, target, string.Join(", ", names)));
        Folders = [.. project.Files.Select(Room).Distinct().Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Folders { get; }

    public IReadOnlyList<FolderEdge> Edges => _edges;

    /// <summary>
    /// The edges that lie on a cycle of folders, each with its file; empty if the folders have an order. The pair of folders with the
    /// fewest edges comes first: it is usually the new one that closed the cycle.
    /// </summary>
    public IReadOnlyList<string> Cycles()
    {
        Dictionary<string, HashSet<string>> reach = Folders.ToDictionary(f => f, Reachable);
        return [.. _edges.Where(e => reach[e.To].Contains(e.From)).GroupBy(e => (e.From, e.To))
            .OrderBy(pair => pair.Count()).ThenBy(pair => pair.Key).SelectMany(pair => pair).Select(e => e.ToString())];
    }

    /// <summary>The edges that point up in a list of folders from the lowest to the highest, and folders the list lacks.</summary>
    public IReadOnlyList<string> BackEdges(params string[] bottomUp) =>
    [
        .. Folders.Except(bottomUp).Select(f => $"{f} is missing from the order of the folders"),
        .. bottomUp.Except(Folders).Select(f => $"{f} is in the order of the folders, but no folder of the project"),
        .. _edges.Where(e => Array.IndexOf(bottomUp, e.To) > Array.IndexOf(bottomUp, e.From)).Select(e => e.ToString()),
    ];

    private HashSet<string> Reachable(string start)
    {
        var seen = new HashSet<string> { start };
        var open = new Stack<string>(seen);
        while (open.TryPop(out string? folder))
            foreach (FolderEdge edge in _edges)
                if (edge.From == folder && seen.Add(edge.To)) open.Push(edge.To);
        return seen;
    }
}
