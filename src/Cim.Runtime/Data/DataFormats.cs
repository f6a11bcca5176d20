using System.Collections.Immutable;
using Cim.Runtime.Diagnostics;

namespace Cim.Runtime.Data;

/// <summary>Tells data files apart by their content.</summary>
internal static class DataFormats
{
    /// <summary>Opens a file for the inputs of a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputs">Their names, of which an archive has an array each.</param>
    /// <returns>The records of each input.</returns>
    /// <exception cref="CimException">CIM0001 or CIM0006.</exception>
    public static ImmutableArray<RecordFile> Open(string path, ImmutableArray<string> inputs)
    {
        byte[] head = Head(path, out long length);
        if (head.AsSpan().StartsWith("PK"u8)) return NumpyFile.OpenArchive(path, inputs);
        if (inputs.Length == 1) return [OpenSingle(path, head, length)];
        throw RecordFile.Malformed(path,
            $"The file holds one array, but the model has {inputs.Length} inputs; give an .npz with an array for each: numpy.savez(file, "
                + $"{string.Join(", ", inputs.Select(name => $"{name}=..."))}).");
    }

    private static byte[] Head(string path, out long length)
    {
        byte[] start = new byte[16];
        using (FileStream file = InputFile.Open(path, "data"))
        {
            length = file.Length;
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }

        return start.Length == 0 ? throw RecordFile.Malformed(path, "The file is empty.") : start;
    }

    private static RecordFile OpenSingle(string path, ReadOnlySpan<byte> head, long length)
    {
        if (head.Length > 6 && head[0] == 0x93 && head[1..].StartsWith("NUMPY"u8)) return NumpyFile.OpenArray(path);
        if (head.StartsWith("\u001f"u8) && head.Length > 1 && head[1] == 0x8b || IdxFile.Matches(head)) return OpenIdx(path);
        if (CifarFile.Matches(head, length)) return CifarFile.Open(path);
        throw RecordFile.Malformed(
            path, "The file is none of .npz, .npy, IDX (plain or gzipped) and CIFAR-10 binary; convert it to .npz with arrays x and y.");
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
