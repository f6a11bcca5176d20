using Cim.Runtime;

namespace Cim.Compiler.Emit;

/// <summary>Writes files so that a reader (or an interrupted run) never sees half of one: temporary name, then rename.</summary>
internal static class AtomicFile
{
    /// <exception cref="CimException">CIM0008: the file cannot be written; what was there before is still there.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (FileStream stream = File.Create(temporary)) write(stream);
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotWritable, $"The file cannot be written ({e.Message.Replace(temporary, path, StringComparison.Ordinal)}); free space there or name another path. Nothing was changed.", e) { File = path };
        }
        finally
        {
            // Gone already if the rename succeeded.
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }
}
