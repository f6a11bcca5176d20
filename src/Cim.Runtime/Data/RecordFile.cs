using System.Collections.Immutable;

namespace Cim.Runtime.Data;

/// <summary>
/// What all formats come down to: <paramref name="Count"/> equal records read one after the other from a stream, each
/// <paramref name="HeadBytes"/> bytes to skip and then one sample. Nothing but the labels is kept in memory.
/// </summary>
/// <param name="Path">The file, for messages.</param>
/// <param name="Open">Opens the stream at the first record; called once for every pass over the data.</param>
/// <param name="Count">The number of samples.</param>
/// <param name="SampleDims">The dimensions of one sample as the file states them.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="HeadBytes">Bytes before each sample that are not part of it (CIFAR-10's label).</param>
/// <param name="Labels">One class index per sample; default if the data is unlabelled.</param>
internal sealed record RecordFile(
    string Path,
    Func<Stream> Open,
    int Count,
    ImmutableArray<int> SampleDims,
    RawType Type,
    int HeadBytes,
    ImmutableArray<int> Labels)
{
    /// <summary>Numbers in one sample.</summary>
    public int SampleElements => (int)SampleDims.Aggregate(1L, (a, b) => a * b);

    /// <summary>Bytes in one record.</summary>
    public int RecordBytes => checked(HeadBytes + (SampleElements * Type.SizeOf()));

    /// <summary>An error about this kind of file: what is wrong and what to do.</summary>
    public static CimException Malformed(string path, string message, Exception? cause = null) =>
        new(ErrorCodes.InvalidData, message, cause) { File = path };

    /// <summary>Checks that the samples can be held one at a time and that there is at least one.</summary>
    public RecordFile Checked()
    {
        if (Count == 0) throw Malformed(Path, "The file holds no samples; give a file with at least one.");
        long elements = 1;
        foreach (int d in SampleDims)
        {
            if (d <= 0) throw Malformed(Path, $"A sample has the shape {Dims(SampleDims)}, which holds nothing.");
            elements *= d;
            if (elements > int.MaxValue / 8) throw Malformed(Path, $"A sample of shape {Dims(SampleDims)} is too large to be an input.");
        }

        if (!Labels.IsDefault && Labels.Length != Count)
            throw new CimException(ErrorCodes.InvalidLabels,
                $"There are {Count} samples but {Labels.Length} labels; give one label per sample.") { File = Path };
        return this;
    }

    /// <summary>Reads the bytes of the next record.</summary>
    /// <exception cref="CimException">CIM0006: the file is truncated or damaged.</exception>
    public void Read(Stream stream, Span<byte> record, int index)
    {
        try
        {
            if (stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length) return;
        }
        catch (InvalidDataException e)
        {
            throw Malformed(Path, $"The compressed data is damaged at sample {index} of {Count} ({e.Message.TrimEnd('.')}).", e);
        }

        throw Malformed(Path, $"The file ends at sample {index} of {Count}: it is truncated.");
    }

    /// <summary>Reads what a pass did not need, so that checksums at the end of compressed data are compared.</summary>
    /// <exception cref="CimException">CIM0006: the file is damaged.</exception>
    public void Finish(Stream stream)
    {
        if (stream.CanSeek) return;
        byte[] block = new byte[1 << 16];
        long left = (long)RecordBytes * Count + block.Length;
        try
        {
            for (int read = 1; read > 0 && left > 0; left -= read) read = stream.Read(block);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(Path, $"The compressed data is damaged ({e.Message.TrimEnd('.')}).", e);
        }
    }

    public static string Dims(IEnumerable<int> dims) => "[" + string.Join(",", dims) + "]";
}
