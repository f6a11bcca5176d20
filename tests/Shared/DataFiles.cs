using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Cim.Tests.Shared;

/// <summary>Writes data files byte by byte as their formats are specified, independent of the product's own writers.</summary>
internal static class DataFiles
{
    public static byte[] Npy(string descr, int[] dims, byte[] data, bool fortran = false)
    {
        string shape = dims.Length == 1 ? $"{dims[0]}," : string.Join(", ", dims);
        string header = $"{{'descr': '{descr}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': ({shape}), }}";
        header = header.PadRight(((header.Length + 10 + 64) / 64 * 64) - 11) + "\n";
        byte[] start = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)];
        return [.. start, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Longs(params long[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Npz(params (string Name, byte[] Array)[] arrays) => Npz(CompressionLevel.Fastest, arrays);

    public static byte[] Npz(CompressionLevel level, params (string Name, byte[] Array)[] arrays)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] array) in arrays)
            {
                using Stream entry = archive.CreateEntry(name + ".npy", level).Open();
                entry.Write(array);
            }

        return stream.ToArray();
    }

    public static byte[] Idx(byte type, int[] dims, byte[] data)
    {
        byte[] header = new byte[4 + (4 * dims.Length)];
        header[2] = type;
        header[3] = (byte)dims.Length;
        for (int i = 0; i < dims.Length; i++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), dims[i]);
        return [.. header, .. data];
    }

    public static byte[] Gzip(byte[] data)
    {
        var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.Fastest)) zip.Write(data);
        return stream.ToArray();
    }
}
