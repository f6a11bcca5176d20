using System.Buffers.Binary;
using System.IO.Compression;

namespace Cim.Bench.Common.Data;

/// <summary>Images of an IDX file (<c>.gz</c>) with the labels beside it.</summary>
/// <param name="path">The file of images.</param>
internal sealed class IdxImages(string path) : ITrainingImages
{
    private const int ImageHeader = 16;
    private const int LabelHeader = 8;

    private readonly Lazy<byte[]> _images = new(() => Read(path));
    private readonly Lazy<byte[]> _labels = new(() => Read(LabelPath(path)));

    public int Count => BinaryPrimitives.ReadInt32BigEndian(_images.Value.AsSpan(4));

    public string Write(IReadOnlyList<int> chosen, string folder)
    {
        Directory.CreateDirectory(folder);
        string target = Path.Combine(folder, Path.GetFileName(path));
        WriteRecords(target, _images.Value, ImageHeader, chosen);
        WriteRecords(LabelPath(target), _labels.Value, LabelHeader, chosen);
        return target;
    }

    private void WriteRecords(string target, byte[] all, int header, IReadOnlyList<int> chosen)
    {
        int size = (all.Length - header) / Count;
        byte[] head = all[..header];
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), chosen.Count);
        using var stream = new GZipStream(File.Create(target), CompressionLevel.Fastest);
        stream.Write(head);
        foreach (int image in chosen) stream.Write(all, header + (image * size), size);
    }

    private static string LabelPath(string images) => Path.Combine(
        Path.GetDirectoryName(images)!, Path.GetFileName(images).Replace("images-idx3", "labels-idx1", StringComparison.Ordinal));

    private static byte[] Read(string file)
    {
        using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
