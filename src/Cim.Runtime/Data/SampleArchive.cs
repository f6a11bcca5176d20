using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Cim.Runtime.Data;

/// <summary>Writes an <c>.npz</c> of samples: <c>x</c> of float32 and, with labels, <c>y</c> of int32. Equal samples are equal
/// bytes.</summary>
internal static class SampleArchive
{
    // The earliest time of a zip archive: no clock is in the file.
    private static readonly DateTimeOffset _noTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Write(Stream stream, IReadOnlyList<int> shape, IReadOnlyList<float[]> samples, int[]? labels)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using (Stream x = Entry(archive, "x.npy"))
        {
            Header(x, "<f4", [samples.Count, .. shape]);
            foreach (float[] sample in samples) LittleEndian(x, MemoryMarshal.AsBytes(sample.AsSpan()));
        }

        if (labels is null) return;
        using Stream y = Entry(archive, "y.npy");
        Header(y, "<i4", [labels.Length]);
        LittleEndian(y, MemoryMarshal.AsBytes(labels.AsSpan()));
    }

    private static Stream Entry(ZipArchive archive, string name)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = _noTime;
        return entry.Open();
    }

    /// <summary>Version 1 of the format, the data at a multiple of 64 bytes.</summary>
    private static void Header(Stream stream, string type, int[] dims)
    {
        string shape = string.Concat(dims.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d}, ")));
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape.TrimEnd()}), }}";
        int length = ((10 + header.Length + 1 + 63) / 64 * 64) - 10;
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
    }

    private static void LittleEndian(Stream stream, ReadOnlySpan<byte> numbers)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(numbers);
            return;
        }

        byte[] turned = numbers.ToArray();
        for (int i = 0; i < turned.Length; i += sizeof(int)) turned.AsSpan(i, sizeof(int)).Reverse();
        stream.Write(turned);
    }
}
