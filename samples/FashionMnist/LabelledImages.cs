using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FashionMnist;

/// <summary>Images of 28 x 28 pixels of one byte, one after the other, with their classes.</summary>
internal sealed class LabelledImages
{
    private const int Size = 28 * 28;

    private LabelledImages(byte[] pixels, byte[] labels)
    {
        if (pixels.Length != labels.Length * Size)
            throw new InvalidDataException($"{labels.Length} labels do not fit {pixels.Length} pixels: expected {Size} pixels a label.");
        (Pixels, Labels) = (pixels, labels);
    }

    /// <summary>[Count, 1, 28, 28], as they are in the file: the generated class scales them.</summary>
    public byte[] Pixels { get; }

    public byte[] Labels { get; }

    public int Count => Labels.Length;

    public ReadOnlySpan<byte> this[int index] => Pixels.AsSpan(index * Size, Size);

    /// <summary>Reads <c>x</c> (uint8) and <c>y</c> (int64) of a NumPy archive.</summary>
    public static LabelledImages FromNpz(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        byte[] labels = Numbers(archive, "y.npy", "<i8");
        return new LabelledImages(Numbers(archive, "x.npy", "|u1"), [.. labels.Where((_, i) => i % sizeof(long) == 0)]);
    }

    /// <summary>Reads the 10,000 test images as they are published: two gzip-compressed IDX files in one folder.</summary>
    public static LabelledImages FromIdx(string folder) => new(
        Idx(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), dimensions: 3),
        Idx(Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"), dimensions: 1));

    private static byte[] Numbers(ZipArchive archive, string name, string type)
    {
        ZipArchiveEntry entry = archive.GetEntry(name) ?? throw new InvalidDataException($"The archive has no array {name}.");
        byte[] file = Read(entry.Open());
        // Magic, version 1.0, the length of the header, the header (a Python dictionary), the numbers.
        int header = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        string text = Encoding.ASCII.GetString(file, 10, header);
        if (!text.Contains(type, StringComparison.Ordinal)) throw new InvalidDataException($"{name} is not of type {type}: {text}");
        return file[(10 + header)..];
    }

    private static byte[] Idx(string path, int dimensions)
    {
        byte[] file = Read(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return file[(4 + (4 * dimensions))..];
    }

    private static byte[] Read(Stream stream)
    {
        using (stream)
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray();
        }
    }
}
