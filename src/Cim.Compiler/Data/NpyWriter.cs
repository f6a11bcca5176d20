using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Cim.Compiler.Data;

/// <summary>Writes a float32 array in NumPy's <c>.npy</c> format, version 1.</summary>
internal static class NpyWriter
{
    public static void Write(Stream stream, ReadOnlySpan<int> dims, ReadOnlySpan<float> values)
    {
        WriteHeader(stream, dims);
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Only the header, padded so that the data begins at a multiple of 64 bytes.</summary>
    public static void WriteHeader(Stream stream, ReadOnlySpan<int> dims)
    {
        var shape = new StringBuilder("(");
        foreach (int d in dims) shape.Append(CultureInfo.InvariantCulture, $"{d}, ");
        if (dims.Length > 1) shape.Length -= 2;
        else if (dims.Length == 1) shape.Length -= 1;
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}), }}";
        int length = (((10 + header.Length + 1) + 63) / 64 * 64) - 10;
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
    }
}
