namespace Cim.Compiler.Emit;

/// <summary>Writes files so that a reader (or an interrupted run) never sees half of one: temporary name, then rename.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            using (FileStream stream = File.Create(temporary)) write(stream);
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            // Gone already if the rename succeeded.
            File.Delete(temporary);
        }
    }
}
