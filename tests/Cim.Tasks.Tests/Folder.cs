namespace Cim.Tasks.Tests;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
public sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cim-tasks-");

    public string Path => _folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public string Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    /// <summary>Every file below the folder, relative, sorted, with forward slashes.</summary>
    public string[] Files(string below = "") => !Directory.Exists(this[below]) ? []
        : [.. Directory.GetFiles(this[below], "*", SearchOption.AllDirectories)
            .Select(f => System.IO.Path.GetRelativePath(this[below], f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);
}
