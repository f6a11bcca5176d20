namespace Cim.Tests.Shared.Architecture;

/// <summary>The sources of the repository the tests were built from, build outputs left out.</summary>
internal static class RepositoryFiles
{
    /// <summary>The folder of the solution file.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The C# files below a folder of the repository, as paths from its root.</summary>
    public static IEnumerable<string> Sources(string folder) => Files(folder, ".cs");

    /// <summary>The C# files, MSBuild files and scripts below a folder of the repository, as paths from its root.</summary>
    public static IEnumerable<string> Written(string folder) => Files(folder, ".cs", ".csproj", ".props", ".targets", ".sh", ".py");

    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    private static IEnumerable<string> Files(string folder, params string[] extensions) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(path => extensions.Contains(Path.GetExtension(path)))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"));

    private static string Find(string folder)
    {
        for (DirectoryInfo? d = new(folder); d != null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) return d.FullName;
        throw new InvalidOperationException($"no Cim.Sdk.sln above {folder}; run the tests from a build in the repository.");
    }
}
