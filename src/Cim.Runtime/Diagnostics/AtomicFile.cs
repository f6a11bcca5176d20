namespace Cim.Runtime;

/// <summary>Writes files so that a reader (or an interrupted run) never sees half of one: temporary name, then rename.</summary>
internal static class AtomicFile
{
    /// <summary>Finds out before long work that its result could not be written.</summary>
    /// <exception cref="CimException">CIM0008: nothing can be written beside <paramref name="path"/>, or it is a folder.</exception>
    public static void Probe(string path) => Write(path, _ => { }, keep: false);

    /// <exception cref="CimException">CIM0008: the file cannot be written; what was there before is still there.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, keep: true);

    private static void Write(string path, Action<Stream> write, bool keep)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (FileStream stream = File.Create(temporary)) write(stream);
            if (Directory.Exists(full)) throw new IOException("it is a folder");
            if (keep) File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotWritable, $"The file cannot be written ({e.Message.Replace(temporary, path, StringComparison.Ordinal)}); free space there or name another path. Nothing was changed.", e) { File = path };
        }
        finally
        {
            // Gone already after a rename.
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }
}
