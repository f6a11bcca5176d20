using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Ir;

/// <summary>
/// A folder of numbered texts, <c>PREFIXnn-Name.txt</c>, each with a graph. Those of an earlier run go first: with other options it had
/// other steps, and one of them would pass for a step of this run.
/// </summary>
internal sealed class DumpFolder
{
    private readonly string _directory, _prefix;
    private int _next;

    /// <summary>Removes what an earlier run left.</summary>
    /// <param name="directory">The folder; it need not exist.</param>
    /// <param name="prefix">What the names start with.</param>
    /// <param name="first">The first number.</param>
    /// <exception cref="CimException">CIM0008: an old file cannot be removed.</exception>
    public DumpFolder(string directory, string prefix, int first)
    {
        (_directory, _prefix, _next) = (directory, prefix, first);
        if (!Directory.Exists(directory)) return;
        var name = new Regex($@"^{Regex.Escape(prefix)}\d\d-[A-Z]\w*\.txt$", RegexOptions.CultureInvariant);
        foreach (string path in Directory.GetFiles(directory).Where(p => name.IsMatch(Path.GetFileName(p)))) RemoveDump(path);
    }

    /// <summary>Writes the next text.</summary>
    /// <exception cref="CimException">CIM0008: it cannot be written.</exception>
    public void Write(string name, string text)
    {
        string path = Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_next++:00}-{name}.txt"));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Removes a file of such a name if it holds a graph: the folder may hold files of other origin.</summary>
    private static void RemoveDump(string path)
    {
        try
        {
            if (File.ReadLines(path).Any(line => line.StartsWith(GraphText.Title, StringComparison.Ordinal))) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotWritable,
                $"A file of an earlier dump cannot be removed: {e.Message} Remove it, or name another folder.", e) { File = path };
        }
    }
}
