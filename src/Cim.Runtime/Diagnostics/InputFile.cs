using System.Text;

namespace Cim.Runtime.Diagnostics;

/// <summary>
/// Opens files that a user names. A device or a pipe is refused before it is opened, which could wait for ever; a Git LFS pointer is
/// told from the file it stands for; text may have a byte order mark, and is otherwise UTF-8.
/// </summary>
internal static class InputFile
{
    private static ReadOnlySpan<byte> PointerStart => "version https://git-lfs"u8;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is to be, for messages: <c>model</c>, <c>policy</c>.</param>
    /// <exception cref="CimException">CIM0001: it does not exist, is no regular file, may not be read, or is a Git LFS pointer.</exception>
    public static FileStream Open(string path, string what) => Guard(path, what, () =>
    {
        if (FileFacts.KindOf(path) == FileKind.Special)
            throw new CimException(ErrorCodes.FileNotReadable,
                $"The {what} file cannot be read: it is a pipe or a device; give a regular file.") { File = path };
        FileStream stream = File.OpenRead(path);
        if (!IsPointer(stream)) return stream;
        stream.Dispose();
        throw new CimException(ErrorCodes.FileNotReadable,
            $"The {what} file is a Git LFS pointer; run 'git lfs pull' to get the file itself.") { File = path };
    });

    /// <summary>Reads a small file wholly.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is to be, for messages.</param>
    /// <param name="most">Larger files are refused.</param>
    /// <exception cref="CimException">CIM0001, as <see cref="Open"/>; or the file is too large.</exception>
    public static byte[] ReadAll(string path, string what, long most = 1 << 28)
    {
        using FileStream stream = Open(path, what);
        return Guard(path, what, () =>
        {
            if (stream.Length > most)
                throw new CimException(ErrorCodes.FileNotReadable,
                    $"The {what} file has {stream.Length} bytes; {most} are the most one can have.") { File = path };
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    /// <summary>Reads a text: UTF-8, or UTF-16 if it begins with a byte order mark; the mark is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it is to be, for messages.</param>
    /// <param name="malformed">The code of a file that is no text.</param>
    /// <exception cref="CimException">CIM0001, as <see cref="Open"/>; <paramref name="malformed"/>: the bytes are no text.</exception>
    public static string ReadText(string path, string what, string malformed)
    {
        byte[] bytes = ReadAll(path, what);
        (Encoding encoding, int mark) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (new UTF8Encoding(false, throwOnInvalidBytes: true), 3),
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(false, false, throwOnInvalidBytes: true), 2),
            [0xFE, 0xFF, ..] => ((Encoding)new UnicodeEncoding(true, false, throwOnInvalidBytes: true), 2),
            _ => (new UTF8Encoding(false, throwOnInvalidBytes: true), 0),
        };
        try
        {
            return encoding.GetString(bytes, mark, bytes.Length - mark);
        }
        catch (DecoderFallbackException e)
        {
            int at = Math.Clamp(mark + e.Index, 0, bytes.Length - 1);
            (int line, int column) = (1 + bytes.AsSpan(0, at).Count((byte)'\n'), at - bytes.AsSpan(0, at).LastIndexOf((byte)'\n'));
            throw new CimException(malformed,
                $"The {what} is not UTF-8 text: byte 0x{bytes[at]:X2} stands for no character; save it as UTF-8.", e)
                {
                    File = path,
                    Line = line,
                    Column = column,
                };
        }
    }

    private static bool IsPointer(FileStream stream)
    {
        Span<byte> start = stackalloc byte[PointerStart.Length];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return start[..read].SequenceEqual(PointerStart);
    }

    private static T Guard<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The {what} file cannot be read: {e.Message}", e) { File = path };
        }
    }
}
