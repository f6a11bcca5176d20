using System.Runtime.InteropServices;

namespace Cim.Runtime.Diagnostics;

/// <summary>What a path leads to, links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing is there.</summary>
    Missing,

    /// <summary>A file with bytes of its own.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A device node, a pipe or a socket: opening may wait, and it cannot be replaced by another file.</summary>
    Special,
}

/// <summary>What the operating system knows about a path and .NET does not tell: its kind, and whether two paths are one file.</summary>
internal static partial class FileFacts
{
    private const int TypeMask = 0xF000, RegularType = 0x8000, FolderType = 0x4000;

    private static readonly StringComparison _case =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>What is at a path. A file that may not be looked at is taken for a regular one: opening it gives the reason.</summary>
    public static FileKind KindOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return Path.GetFullPath(path).StartsWith(@"\\.\", StringComparison.Ordinal) ? FileKind.Special : ByName(path);
        return Status(path) is not { } status ? ByName(path) : (status.Mode & TypeMask) switch
        {
            RegularType => FileKind.Regular,
            FolderType => FileKind.Folder,
            _ => FileKind.Special,
        };
    }

    /// <summary>Throws where a read might wait for ever: a pipe nobody writes into, a device.</summary>
    /// <exception cref="IOException">The path names a pipe or a device.</exception>
    public static void RefuseSpecial(string path)
    {
        if (KindOf(path) == FileKind.Special) throw new IOException("it is a pipe or a device, not a file");
    }

    /// <summary>
    /// The file a path stands for: symbolic links are followed, also those whose target is not there yet. Links of the
    /// kernel to open files (<c>/dev/stdout</c>, <c>/proc/self/fd/3</c>) are left as they are.
    /// </summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static string Target(string path)
    {
        string full = Path.GetFullPath(path);
        for (int hops = 0; hops < 40; hops++)
        {
            if (IsDescriptor(full) || new FileInfo(full).LinkTarget is not { } link) return full;
            full = Path.GetFullPath(link, Path.GetDirectoryName(full)!);
        }

        throw new IOException("too many symbolic links");
    }

    /// <summary>True for a name of an open file of the process, such as <c>/proc/self/fd/1</c>.</summary>
    public static bool IsDescriptor(string full) =>
        !OperatingSystem.IsWindows()
            && (full.StartsWith("/proc/", StringComparison.Ordinal) || full.StartsWith("/dev/fd/", StringComparison.Ordinal));

    /// <summary>
    /// True if writing one path changes the other: equal names, links, or two names of one file. Device nodes and pipes keep nothing, so
    /// they are never the same. Paths with nothing there yet are compared by folder and name.
    /// </summary>
    public static bool AreSame(string first, string second)
    {
        (string a, string b) = (Target(first), Target(second));
        if (!OperatingSystem.IsWindows() && Status(a) is { } one && Status(b) is { } other)
            return (one.Mode & TypeMask) == RegularType && (one.Device, one.Inode) == (other.Device, other.Inode);
        if (KindOf(a) == FileKind.Special || KindOf(b) == FileKind.Special) return false;
        return string.Equals(ThroughFolders(a), ThroughFolders(b), _case);
    }

    /// <summary>The path with the links of the folders on its way followed.</summary>
    private static string ThroughFolders(string full)
    {
        string? folder = Path.GetDirectoryName(full);
        if (folder is null) return full;
        string target = new DirectoryInfo(folder).LinkTarget is { } link
            ? Path.GetFullPath(link, Path.GetDirectoryName(folder) ?? folder)
            : folder;
        return Path.Combine(ThroughFolders(target), Path.GetFileName(full));
    }

    private static FileKind ByName(string path) =>
        Directory.Exists(path) ? FileKind.Folder : File.Exists(path) ? FileKind.Regular : FileKind.Missing;

    private static unsafe (int Mode, long Device, long Inode)? Status(string path)
    {
        // The layout of the runtime's own stat, the same on every Unix; larger than it is, in case a later one appends fields.
        byte* status = stackalloc byte[512];
        try
        {
            return Stat(path, status) == 0 ? (*(int*)(status + 4), *(long*)(status + 88), *(long*)(status + 104)) : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(string path, byte* status);
}
