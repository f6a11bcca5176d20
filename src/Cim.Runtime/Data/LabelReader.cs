using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Runtime.Data;

/// <summary>Reads class indices: numbers of any type that are whole.</summary>
internal static class LabelReader
{
    /// <summary>More labels than any file of samples has; they are all held in memory.</summary>
    public const int Most = 1 << 27;

    /// <param name="stream">At the first label; what follows the last is left to the caller.</param>
    /// <param name="type">The type of the numbers.</param>
    /// <param name="count">How many there are to be.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="CimException">CIM0006: the file is truncated; CIM0007: a label is no class index.</exception>
    public static ImmutableArray<int> Read(Stream stream, RawType type, long count, string path)
    {
        if (count > Most)
            throw new CimException(ErrorCodes.InvalidLabels, $"There are {count} labels; {Most} are the most a file may have.")
            {
                File = path,
            };
        // Grows with what is really there: a count in a header costs nothing.
        var labels = ImmutableArray.CreateBuilder<int>((int)Math.Min(count, 1 << 16));
        int size = type.SizeOf();
        byte[] block = new byte[size * 4096];
        while (labels.Count < count)
        {
            int wanted = (int)Math.Min(count - labels.Count, 4096);
            Span<byte> bytes = block.AsSpan(0, wanted * size);
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw RecordFile.Malformed(path, "The labels are truncated.");
            for (int i = 0; i < wanted; i++) labels.Add(Index(type.Read(bytes[(i * size)..]), labels.Count, path));
        }

        return labels.ToImmutable();
    }

    private static int Index(double value, int sample, string path) => value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
        ? (int)value
        : throw new CimException(ErrorCodes.InvalidLabels,
            string.Create(CultureInfo.InvariantCulture,
            $"The label of sample {sample} is {value:R}, which is no class index; labels are whole numbers from 0.")) { File = path };
}
