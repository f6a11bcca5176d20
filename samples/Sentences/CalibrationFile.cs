using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Sentences;

/// <summary>Writes <c>data/calibration.npz</c>: an array of NumPy for each input of the network, under its name.</summary>
internal static class CalibrationFile
{
    public static void Write(string path, Tokens tokens)
    {
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach ((string name, long[] values) in new[]
                 {
                     ("input_ids", tokens.Ids), ("attention_mask", tokens.Mask), ("token_type_ids", tokens.Types),
                 })
        {
            ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.SmallestSize);
            // The same sentences give the same bytes.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream stream = entry.Open();
            string header = $"{{'descr': '<i8', 'fortran_order': False, 'shape': ({tokens.Count}, {Tokens.Length}), }}";
            // Magic, version 1.0 and the length of the header take 10 bytes; the numbers begin at a multiple of 64.
            header = header.PadRight(((10 + header.Length + 1 + 63) / 64 * 64) - 10 - 1) + '\n';
            stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
            stream.Write(Encoding.ASCII.GetBytes(header));
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
