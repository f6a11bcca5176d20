namespace Cim.Runtime.Diagnostics;

/// <summary>
/// Writes files so that a reader (or an interrupted run) never sees half of one: temporary name, then rename. A symbolic link
/// stays one and its target is replaced; device nodes and pipes are written through; the permissions of a file that is
/// replaced are kept.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Finds out before long work that its result could not be written; nothing is changed.</summary>
    /// <exception cref="CimException">CIM0008: nothing can be written at <paramref name="path"/>, or it is a folder.</exception>
    public static void Probe(string path) => Guard(path, target =>
    {
        if (KindOf(target) == FileKind.Special) return;
        string folder = Path.GetDirectoryName(target)!;
        while (!Directory.Exists(folder))
        {
            if (File.Exists(folder)) throw new IOException($"'{folder}' is a file, not a folder");
            folder = Path.GetDirectoryName(folder) ?? throw new IOException($"there is no folder '{Path.GetDirectoryName(target)}'");
        }

        string temporary = Temporary(Path.Combine(folder, Path.GetFileName(target)));
        File.Create(temporary, 1, FileOptions.DeleteOnClose).Dispose();
    });

    /// <exception cref="CimException">CIM0008: the file cannot be written; what was there before is still there.</exception>
    public static void Write(string path, Action<Stream> write) => Guard(path, target =>
    {
        if (KindOf(target) == FileKind.Special) Through(target, write);
        else Replace(target, write);
    });

    private static void Guard(string path, Action<string> action)
    {
        string? target = null;
        try
        {
            if (path.Length == 0) throw new IOException("its name is empty");
            target = FileFacts.Target(path);
            action(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string reason = target is null ? e.Message : e.Message.Replace(Temporary(target), path, StringComparison.Ordinal);
            throw new CimException(ErrorCodes.FileNotWritable,
                $"The file cannot be written ({reason}); free space there or name another path. Nothing was changed.", e) { File = path };
        }
    }

    private static FileKind KindOf(string target)
    {
        FileKind kind = FileFacts.KindOf(target);
        if (kind == FileKind.Folder) throw new IOException("it is a folder");
        // A regular file behind standard output was opened by the shell and is its own: it is written, not replaced.
        if (FileFacts.IsDescriptor(target)) return FileKind.Special;
        // A rename would not ask; on Windows it fails.
        if (kind == FileKind.Regular && (File.GetAttributes(target) & FileAttributes.ReadOnly) != 0)
            throw new IOException("it is read-only");
        return kind;
    }

    private static void Through(string target, Action<Stream> write)
    {
        using Stream stream = target switch
        {
            "/proc/self/fd/1" or "/dev/fd/1" => Console.OpenStandardOutput(),
            "/proc/self/fd/2" or "/dev/fd/2" => Console.OpenStandardError(),
            _ => new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1),
        };
        using var buffered = new BufferedStream(stream, 1 << 16);
        write(buffered);
    }

    private static void Replace(string target, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        string temporary = Temporary(target);
        try
        {
            using (FileStream stream = Create(temporary, target)) write(stream);
            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            // Gone already after a rename.
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    private static FileStream Create(string temporary, string target)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(target)) return File.Create(temporary);
        UnixFileMode mode = File.GetUnixFileMode(target);
        var stream = new FileStream(
            temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode });
        File.SetUnixFileMode(stream.SafeFileHandle, mode); // The mask of the process took bits away.
        return stream;
    }

    private static string Temporary(string target) => $"{target}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
}
