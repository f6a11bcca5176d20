using System.Text;

namespace Cim.Tasks.Files;

/// <summary>What is wrong with a file before anything is read from it.</summary>
internal static class FileCheck
{
    private const string LfsStart = "version https://git-lfs";

    /// <summary>What to say after the name of the file, or null if nothing is wrong.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mayBeFolder">Whether a folder of images may stand for it.</param>
    public static string? ProblemOf(string path, bool mayBeFolder = false)
    {
        if (Directory.Exists(path)) return mayBeFolder ? null : "is a folder, not a file";
        if (!File.Exists(path)) return "does not exist. Paths are relative to the project";
        return IsGitLfsPointer(path) ? "is a Git LFS pointer; run 'git lfs pull' to get the file itself" : null;
    }

    /// <summary>True if what stands there is the text by which Git LFS finds the file, and not the file.</summary>
    public static bool IsGitLfsPointer(string path)
    {
        if (Directory.Exists(path)) return false;
        // A pointer is a few lines of text; larger files, pipes and devices are not opened.
        if (new FileInfo(path).Length is 0 or > 1024) return false;
        try
        {
            return Encoding.ASCII.GetString(File.ReadAllBytes(path)).StartsWith(LfsStart, StringComparison.Ordinal);
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            return false; // Whoever reads it says why it cannot be read.
        }
    }
}
