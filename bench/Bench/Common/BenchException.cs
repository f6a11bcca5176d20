namespace Cim.Bench.Common;

/// <summary>A benchmark that cannot run, with what the reader can do about it.</summary>
internal sealed class BenchException(string message) : Exception(message)
{
    /// <summary>The path, if there is a file; otherwise an error that says where to get it.</summary>
    /// <param name="path">A file the benchmark reads.</param>
    /// <param name="remedy">The package to install or the folder to name, as a sentence.</param>
    public static string RequireFile(string path, string remedy) =>
        File.Exists(path) ? path : throw new BenchException($"There is no {path}. {remedy}");
}
