using Cim.Runtime;

namespace Cim.Compiler.Data;

/// <summary>Tells data files apart by their content.</summary>
internal static class DataFormats
{
    /// <exception cref="CimException">CIM0001 or CIM0006.</exception>
    public static RecordFile Open(string path)
    {
        byte[] start = new byte[16];
        long length;
        int got;
        try
        {
            using FileStream file = File.OpenRead(path);
            length = file.Length;
            got = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.FileNotReadable, $"The data file cannot be read: {e.Message}", e) { File = path };
        }

        if (got == 0) throw RecordFile.Malformed(path, "The file is empty.");
        ReadOnlySpan<byte> head = start.AsSpan(0, got);
        if (head.StartsWith("PK"u8)) return NumpyFile.OpenArchive(path);
        if (head.Length > 6 && head[0] == 0x93 && head[1..].StartsWith("NUMPY"u8)) return NumpyFile.OpenArray(path);
        if (head.StartsWith("\u001f"u8) && head.Length > 1 && head[1] == 0x8b || IdxFile.Matches(head)) return OpenIdx(path);
        if (CifarFile.Matches(head, length)) return CifarFile.Open(path);
        throw RecordFile.Malformed(path, "The file is none of .npz, .npy, IDX (plain or gzipped) and CIFAR-10 binary; convert it to .npz with arrays x and y.");
    }

    private static RecordFile OpenIdx(string path)
    {
        try
        {
            return IdxFile.Open(path);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw RecordFile.Malformed(path, $"The IDX file is damaged or truncated: {e.Message}", e);
        }
    }
}
