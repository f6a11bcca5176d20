using System.Collections.Immutable;
using Cim.Runtime;

namespace Cim.Compiler.Data;

/// <summary>Some consecutive samples, preprocessed, in the shape the network reads.</summary>
/// <param name="First">Index of the first sample.</param>
/// <param name="Count">The number of samples.</param>
/// <param name="Values">[count, sample...], valid until the next batch is read.</param>
internal readonly record struct DataBatch(int First, int Count, ReadOnlyMemory<float> Values);

/// <summary>
/// Samples of a data file as the network sees them. The file is read in order, batch by batch, once per pass; only the
/// labels and one batch are in memory.
/// </summary>
internal sealed class DataSet
{
    private readonly RecordFile _file;
    private readonly double[] _factor, _offset;
    private readonly int _run;

    private DataSet(RecordFile file, ImmutableArray<int> sample, Preprocessing preprocessing)
    {
        (_file, SampleDims) = (file, sample);
        (_factor, _offset, _run) = preprocessing.Channels(sample, file.Path);
    }

    /// <summary>The path it was opened with.</summary>
    public string Path => _file.Path;

    public int Count => _file.Count;

    /// <summary>The shape of one sample as the network reads it.</summary>
    public ImmutableArray<int> SampleDims { get; }

    /// <summary>One class index per sample; default if the file has no labels.</summary>
    public ImmutableArray<int> Labels => _file.Labels;

    public bool HasLabels => !Labels.IsDefault;

    /// <summary>Opens a data file for a network input.</summary>
    /// <param name="path">An <c>.npz</c>, <c>.npy</c>, IDX or CIFAR-10 file; told apart by content.</param>
    /// <param name="sample">The shape of one sample the network reads (its input shape without the batch).</param>
    /// <param name="preprocessing">Applied to every number.</param>
    /// <exception cref="CimException">CIM0001, CIM0006 or CIM0007: the file cannot be read, is malformed, or does not fit.</exception>
    public static DataSet Open(string path, ImmutableArray<int> sample, Preprocessing preprocessing)
    {
        RecordFile file = DataFormats.Open(path);
        if (!Fits(file.SampleDims, sample))
            throw RecordFile.Malformed(path, $"A sample has the shape {RecordFile.Dims(file.SampleDims)}, but the model's input reads {RecordFile.Dims(sample)} per sample{Hint(file.SampleDims, sample)}.");
        return new DataSet(file, sample, preprocessing);
    }

    /// <summary>Reads the samples in order.</summary>
    /// <param name="batch">Samples per batch; the last may have fewer.</param>
    /// <param name="limit">At most this many samples; 0 = all.</param>
    /// <exception cref="CimException">CIM0006: the file is truncated or damaged, or a number is not finite.</exception>
    public IEnumerable<DataBatch> Batches(int batch, int limit = 0)
    {
        int total = limit > 0 ? Math.Min(limit, Count) : Count, elements = _file.SampleElements;
        int recordBytes = checked(_file.HeadBytes + (elements * _file.Type.SizeOf()));
        float[] values = new float[Math.Min(batch, total) * elements];
        byte[] record = new byte[recordBytes];
        using Stream stream = _file.Open();
        for (int first = 0; first < total; first += batch)
        {
            int count = Math.Min(batch, total - first);
            for (int i = 0; i < count; i++)
            {
                ReadRecord(stream, record, first + i);
                Convert(record.AsSpan(_file.HeadBytes), values.AsSpan(i * elements, elements), first + i);
            }

            yield return new DataBatch(first, count, values.AsMemory(0, count * elements));
        }
    }

    /// <summary>Reads <paramref name="samples"/> samples evenly spread over the file, one at a time.</summary>
    public IEnumerable<DataBatch> Spread(int samples)
    {
        float[] values = new float[_file.SampleElements];
        byte[] record = new byte[checked(_file.HeadBytes + (values.Length * _file.Type.SizeOf()))];
        using Stream stream = _file.Open();
        for (int i = 0, next = 0; next < samples; i++)
        {
            ReadRecord(stream, record, i);
            if (i != (int)((long)next * Count / samples)) continue;
            Convert(record.AsSpan(_file.HeadBytes), values, i);
            next++;
            yield return new DataBatch(i, 1, values);
        }
    }

    /// <summary>Checks that there are labels and that each is a class of the model.</summary>
    /// <exception cref="CimException">CIM0007.</exception>
    public void RequireLabels(int classes)
    {
        if (!HasLabels)
            throw new CimException(ErrorCodes.InvalidLabels, "The file has no labels, which accuracy needs; add an integer array 'y' to the .npz, or the labels file beside the IDX images.") { File = Path };
        for (int i = 0; i < Labels.Length; i++)
            if ((uint)Labels[i] >= (uint)classes)
                throw new CimException(ErrorCodes.InvalidLabels, $"Sample {i} has the label {Labels[i]}, but the model has {classes} classes (0 to {classes - 1}).") { File = Path };
    }

    private void ReadRecord(Stream stream, byte[] record, int index)
    {
        try
        {
            if (stream.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length) return;
        }
        catch (InvalidDataException e)
        {
            throw RecordFile.Malformed(Path, $"The compressed data is damaged at sample {index} of {Count}.", e);
        }

        throw RecordFile.Malformed(Path, $"The file ends at sample {index} of {Count}: it is truncated.");
    }

    private void Convert(ReadOnlySpan<byte> bytes, Span<float> values, int index)
    {
        int size = _file.Type.SizeOf();
        for (int i = 0; i < values.Length; i++)
        {
            int channel = _factor.Length == 1 ? 0 : i / _run % _factor.Length;
            float v = (float)((_file.Type.Read(bytes[(i * size)..]) * _factor[channel]) + _offset[channel]);
            if (!float.IsFinite(v))
                throw RecordFile.Malformed(Path, $"Number {i} of sample {index} is {v} after preprocessing; remove such samples or correct --scale, --mean, --std.");
            values[i] = v;
        }
    }

    /// <summary>Equal but for dimensions of one, or one of them flat: then the order of the numbers is not in doubt.</summary>
    private static bool Fits(ImmutableArray<int> have, ImmutableArray<int> want)
    {
        int[] a = [.. have.Where(d => d != 1)], b = [.. want.Where(d => d != 1)];
        if (a.SequenceEqual(b)) return true;
        return (a.Length <= 1 || b.Length <= 1)
            && a.Aggregate(1L, (x, y) => x * y) == b.Aggregate(1L, (x, y) => x * y);
    }

    private static string Hint(ImmutableArray<int> have, ImmutableArray<int> want) =>
        have.Length == 3 && want.Length == 3 && have[2] == want[0] && have[0] == want[1] && have[1] == want[2]
            ? "; the channels are last in the file: transpose it to [n,channels,height,width]"
            : "; give data of that shape (dimensions of one may be left out)";
}
