using System.Text;
using Cim.Tasks.Files;

namespace Cim.Tasks.Options;

/// <summary>The compiler that lies in the package, and what identifies it.</summary>
internal static class CompilerTool
{
    /// <summary>
    /// Version and content of the compiler: part of every options file and cache key, so that a new version of the package
    /// compiles again. <c>cim.deps.json</c> stands for the third-party libraries and their versions.
    /// </summary>
    public static string Identify(string toolPath, string version)
    {
        string folder = Path.GetDirectoryName(toolPath)!;
        StringBuilder hashes = new();
        IEnumerable<string> files = Directory.GetFiles(folder, "*.dll").Where(IsOurs).Concat(Directory.GetFiles(folder, "*.deps.json"));
        foreach (string file in files.OrderBy(Path.GetFileName, StringComparer.Ordinal))
            hashes.Append(Path.GetFileName(file)).Append(' ').Append(ContentHash.OfFile(file)).Append('\n');
        return version + " " + ContentHash.OfText(hashes.ToString()).Substring(0, 32);

        static bool IsOurs(string path) => Path.GetFileName(path).StartsWith("cim.", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The muxer to start it with: the one this build runs on, else the one on PATH.</summary>
    public static string DotnetHost(string? dotnetHostPath)
    {
        if (!string.IsNullOrEmpty(dotnetHostPath)) return dotnetHostPath!;
        string name = Path.DirectorySeparatorChar == '\\' ? "dotnet.exe" : "dotnet";
        string[] folders = (Environment.GetEnvironmentVariable("DOTNET_ROOT") + Path.PathSeparator
            + Environment.GetEnvironmentVariable("PATH")).Split(Path.PathSeparator);
        return folders.Where(f => f.Length > 0).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists) ?? name;
    }
}
