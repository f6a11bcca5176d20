using System.Runtime.CompilerServices;

namespace Cim.Generators.Tests;

/// <summary>Compares text with a file of Snapshots/. A difference leaves a <c>.received</c> file beside it, to be looked at and renamed by
/// hand.</summary>
internal static class Snapshot
{
    public static void Matches(string actual, string name, [CallerFilePath] string testFile = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(testFile)!, "Snapshots", name);
        string received = path + ".received";
        string expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (expected == actual)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, actual);
        Assert.Equal(expected, actual);
    }
}
