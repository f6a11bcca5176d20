using System.Globalization;
using System.Text;
using Cim.Compiler.Data.Images;

namespace Cim.Tasks.Files;

/// <summary>
/// Hashes of input files. Small files are read every time, so that a change is seen whatever its time stamp says. Large ones (training
/// data of gigabytes) are read when size or time changed since they were hashed last, which a file in the intermediate folder remembers;
/// a clean build reads them all.
/// </summary>
internal sealed class FileHashes
{
    /// <summary>What stands for the hash of a file that does not exist.</summary>
    public const string Absent = "absent";

    // Hashed in a few hundredths of a second.
    private const long Small = 64L << 20;

    private readonly string _memory;
    private readonly long _small;
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <param name="memory">The file that remembers; it need not exist.</param>
    /// <param name="small">Files up to this size are always read.</param>
    public FileHashes(string memory, long small = Small)
    {
        (_memory, _small) = (memory, small);
        if (!File.Exists(memory)) return;
        foreach (string line in File.ReadAllLines(memory))
        {
            // hash, then size, time and path, which together must be the same again
            int space = line.IndexOf(' ');
            if (space > 0) _known[line.Substring(space + 1)] = line.Substring(0, space);
        }
    }

    /// <summary>Remembers beside the options file of a model.</summary>
    public static FileHashes Beside(string optionsFile) => new(Path.ChangeExtension(optionsFile, ".hashes"));

    /// <summary>The hash of a file or of a folder of images, or <see cref="Absent"/>.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string Of(string path)
    {
        // A folder of images; nothing else that is read is a folder.
        if (Directory.Exists(path)) return ContentHash.OfText(ImageFiles.Facts(path, Of));
        FileInfo info = new(path);
        if (!info.Exists) return Absent;
        // Pipes and devices have no length: they are not read here, where they could wait or go on for ever.
        if (info.Length == 0) return ContentHash.OfText("");
        if (info.Length <= _small) return ContentHash.OfFile(path);
        string fact = string.Format(CultureInfo.InvariantCulture, "{0} {1} {2}", info.Length, info.LastWriteTimeUtc.Ticks, path);
        if (_known.TryGetValue(fact, out string? known)) return known;
        string hash = ContentHash.OfFile(path);
        // A file written within the last seconds may change again without a new time.
        if (DateTime.UtcNow - info.LastWriteTimeUtc > TimeSpan.FromSeconds(3)) Remember(fact, hash);
        return hash;
    }

    private void Remember(string fact, string hash)
    {
        _known[fact] = hash;
        StringBuilder text = new();
        foreach (KeyValuePair<string, string> pair in _known.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(pair.Value).Append(' ').Append(pair.Key).Append('\n');
        try
        {
            AtomicFile.WriteIfDifferent(_memory, text.ToString());
        }
        catch (Exception e) when (FileProblem.Is(e))
        {
            // Then it is hashed again next time.
        }
    }
}
