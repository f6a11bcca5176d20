using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using Cim.Runtime.Diagnostics;

namespace Cim.Runtime.Data;

/// <summary>
/// Reads the IDX format of MNIST and Fashion-MNIST, plain or gzipped. The labels are found beside the images by name:
/// <c>t10k-images-idx3-ubyte.gz</c> goes with <c>t10k-labels-idx1-ubyte(.gz)</c>.
/// </summary>
internal static class IdxFile
{
    /// <summary>True if the first bytes are those of an IDX file: two zeros, a type code, a number of dimensions.</summary>
    public static bool Matches(ReadOnlySpan<byte> start) =>
        start.Length >= 4 && start[0] == 0 && start[1] == 0 && start[2] is >= 8 and <= 14 && start[3] is >= 1 and <= 6;

    public static RecordFile Open(string path)
    {
        (RawType type, ImmutableArray<int> dims, int headerBytes) = ReadHeader(path);
        if (dims.Length < 2)
            throw RecordFile.Malformed(path,
                "This IDX file has one dimension: it looks like the labels. Give the file with the images; the labels are found beside "
                + "it.");
        return new RecordFile(path, () => OpenAt(path, headerBytes), dims[0], dims[1..], type, 0, ReadLabels(path)).Checked();
    }

    private static (RawType Type, ImmutableArray<int> Dims, int HeaderBytes) ReadHeader(string path)
    {
        using Stream stream = OpenPlain(path);
        byte[] start = new byte[4];
        if (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4 || !Matches(start))
            throw RecordFile.Malformed(path, "The file does not begin like an IDX file.");
        RawType type = start[2] switch
        {
            8 => RawType.UInt8,
            9 => RawType.Int8,
            11 => RawType.Int16BigEndian,
            12 => RawType.Int32BigEndian,
            13 => RawType.Float32BigEndian,
            14 => RawType.Float64BigEndian,
            _ => throw RecordFile.Malformed(path, $"The IDX type code {start[2]} is unknown."),
        };
        byte[] sizes = new byte[4 * start[3]];
        if (stream.ReadAtLeast(sizes, sizes.Length, throwOnEndOfStream: false) < sizes.Length)
            throw RecordFile.Malformed(path, "The IDX header is truncated.");
        var dims = ImmutableArray.CreateBuilder<int>();
        double bytes = type.SizeOf();
        for (int i = 0; i < start[3]; i++)
        {
            uint d = BinaryPrimitives.ReadUInt32BigEndian(sizes.AsSpan(4 * i));
            if (d > int.MaxValue) throw RecordFile.Malformed(path, $"The IDX dimension {d} is out of range.");
            dims.Add((int)d);
            bytes *= d;
        }

        int header = 4 + sizes.Length;
        if (stream is FileStream file && file.Length - header < bytes)
            throw RecordFile.Malformed(path,
                string.Create(CultureInfo.InvariantCulture,
                    $"Data of shape {RecordFile.Dims(dims)} needs {bytes:R} bytes but only {file.Length - header} "
                + $"follow the header: the file is truncated."));
        if (stream is FileStream longer && longer.Length - header > bytes)
            throw RecordFile.Malformed(path,
                string.Create(CultureInfo.InvariantCulture,
                    $"Data of shape {RecordFile.Dims(dims)} needs {bytes:R} bytes but {longer.Length - header} "
                + $"follow the header: the file is damaged."));
        return (type, dims.ToImmutable(), header);
    }

    private static ImmutableArray<int> ReadLabels(string images)
    {
        string? path = LabelCandidates(images).FirstOrDefault(File.Exists);
        if (path is null) return default;
        (RawType type, ImmutableArray<int> dims, int headerBytes) = ReadHeader(path);
        if (dims.Length != 1)
            throw new CimException(ErrorCodes.InvalidLabels,
                $"The labels have shape {RecordFile.Dims(dims)}; one class index per image is expected.") { File = path };
        using Stream stream = OpenAt(path, headerBytes);
        ImmutableArray<int> labels = LabelReader.Read(stream, type, dims[0], path);
        if (stream.ReadByte() >= 0) throw RecordFile.Malformed(path, $"More than {dims[0]} labels follow the header: the file is damaged.");
        return labels;
    }

    /// <summary>Names the labels can have: "images" and "idx3" exchanged, with and without .gz.</summary>
    internal static IEnumerable<string> LabelCandidates(string images)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(images))!, name = Path.GetFileName(images);
        string plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        if (!plain.Contains("images", StringComparison.Ordinal)) yield break;
        string labels = plain.Replace("images", "labels", StringComparison.Ordinal);
        foreach (string candidate in new[] {
            labels.Replace("idx3", "idx1", StringComparison.Ordinal).Replace("idx4", "idx1", StringComparison.Ordinal), labels })
        {
            yield return Path.Combine(directory, candidate);
            yield return Path.Combine(directory, candidate + ".gz");
        }
    }

    private static Stream OpenAt(string path, int offset)
    {
        Stream stream = OpenPlain(path);
        stream.ReadExactly(new byte[offset]);
        return stream;
    }

    private static Stream OpenPlain(string path)
    {
        FileStream file = InputFile.Open(path, "data");
        Span<byte> start = stackalloc byte[2];
        bool zipped = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start[0] == 0x1f && start[1] == 0x8b;
        file.Position = 0;
        return zipped ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
