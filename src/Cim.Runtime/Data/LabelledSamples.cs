using Cim.Runtime.Data;
using Cim.Runtime.Diagnostics;

namespace Cim.Runtime;

/// <summary>
/// The samples of a data file as the compiler reads them, with their labels: raw values, not preprocessed. The labels are in memory; the
/// samples are read from the file on request. Safe for use by several threads.
/// </summary>
/// <remarks>
/// The format is told by the content: <c>.npz</c> (samples in <c>x</c>, labels in <c>y</c> if there are any), <c>.npy</c>, IDX (plain or
/// gzip-compressed, the labels in the file beside it: <c>t10k-labels-idx1-ubyte</c> for <c>t10k-images-idx3-ubyte</c>) and the binary
/// version of CIFAR-10.
/// </remarks>
public sealed class LabelledSamples
{
    private readonly RecordFile _file;
    // Once is enough: a file that changes meanwhile is another.
    private volatile bool _isVerified;

    private delegate void Take(int sample, ReadOnlySpan<byte> bytes);

    private LabelledSamples(RecordFile file) => (_file, Shape) = (file, file.SampleDims);

    /// <summary>The number of samples, at least 1.</summary>
    public int Count => _file.Count;

    /// <summary>The shape of one sample as the file states it, without the dimension that counts the samples.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Numbers in one sample: the product of <see cref="Shape"/>.</summary>
    public int SampleLength => _file.SampleElements;

    /// <summary>
    /// The type of the numbers in the file; a width that <see cref="ElementType"/> does not have counts as the next wider one, and
    /// half and double precision as <see cref="ElementType.Float32"/>.
    /// </summary>
    public ElementType Type => _file.Type.ToElementType();

    /// <summary>True if there is a label for every sample.</summary>
    public bool HasLabels => !_file.Labels.IsDefault;

    /// <summary>The class index of every sample; empty without labels.</summary>
    public ReadOnlySpan<int> Labels => _file.Labels.AsSpan();

    /// <summary>Opens a data file and reads its labels.</summary>
    /// <param name="path">The file; for IDX that of the samples.</param>
    /// <exception cref="CimException">CIM0001: the file cannot be read; CIM0006: it is malformed, truncated or empty; CIM0007: a label is
    /// not a whole number, or there is not one for every sample.</exception>
    public static LabelledSamples Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new LabelledSamples(DataFormats.Open(path, ["x"])[0]);
    }

    /// <summary>Writes samples that a program has into an <c>.npz</c> file, which is calibration or evaluation data of a
    /// <c>CimModel</c>.</summary>
    /// <param name="path">The file; what was there is replaced once the new one is complete.</param>
    /// <param name="shape">The shape of one sample, as the network reads it.</param>
    /// <param name="samples">At least one, each of as many finite numbers as the shape has; enumerated once.</param>
    /// <param name="labels">The class index of each sample; null = no labels, which calibration does not need.</param>
    /// <exception cref="ArgumentException">A sample or the labels do not fit, or there is no sample.</exception>
    /// <exception cref="CimException">CIM0008: the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<int> shape, IEnumerable<float[]> samples, IEnumerable<int>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(samples);
        if (shape.Any(d => d <= 0)) throw new ArgumentException($"The shape {RecordFile.Dims(shape)} holds nothing.", nameof(shape));
        long length = shape.Aggregate(1L, (a, b) => checked(a * b));
        float[][] all = [.. samples];
        if (all.Length == 0) throw new ArgumentException("There is no sample; write at least one.", nameof(samples));
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Length != length)
                throw new ArgumentException(
                    $"Sample {i} has {all[i].Length} numbers, but the shape {RecordFile.Dims(shape)} has {length}.", nameof(samples));
            if (!Array.TrueForAll(all[i], float.IsFinite))
                throw new ArgumentException($"Sample {i} has a number that is NaN or infinite.", nameof(samples));
        }

        int[]? classes = labels?.ToArray();
        if (classes is not null && classes.Length != all.Length)
            throw new ArgumentException($"There are {all.Length} samples but {classes.Length} labels.", nameof(labels));
        AtomicFile.Write(path, stream => SampleArchive.Write(stream, shape, all, classes));
    }

    /// <summary>Reads all samples of a file of bytes: [<see cref="Count"/>, <see cref="Shape"/>], one sample after the other.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Type"/> is not <see cref="ElementType.UInt8"/>.</exception>
    /// <exception cref="CimException">CIM0001, CIM0006: the file cannot be read, is truncated or damaged.</exception>
    public byte[] ReadBytes() => ReadBytes(0, Count);

    /// <summary>Reads consecutive samples of a file of bytes: [<paramref name="count"/>, <see cref="Shape"/>].</summary>
    /// <param name="first">Index of the first sample.</param>
    /// <param name="count">The number of samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such samples, or they are too many for one array.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Type"/> is not <see cref="ElementType.UInt8"/>.</exception>
    /// <exception cref="CimException">CIM0001, CIM0006: the file cannot be read, is truncated or damaged.</exception>
    public byte[] ReadBytes(int first, int count)
    {
        if (Type != ElementType.UInt8)
            throw new InvalidOperationException($"The file has numbers of type {Type}, which are no bytes; use {nameof(ReadFloats)}.");
        byte[] values = Allocate<byte>(first, count);
        Read(first, count, (sample, bytes) => bytes.CopyTo(values.AsSpan(sample * SampleLength)));
        return values;
    }

    /// <summary>Reads all samples: [<see cref="Count"/>, <see cref="Shape"/>], one sample after the other.</summary>
    /// <exception cref="CimException">CIM0001, CIM0006: the file cannot be read, is truncated or damaged.</exception>
    public float[] ReadFloats() => ReadFloats(0, Count);

    /// <summary>Reads consecutive samples, each number converted to the nearest float: [<paramref name="count"/>,
    /// <see cref="Shape"/>].</summary>
    /// <param name="first">Index of the first sample.</param>
    /// <param name="count">The number of samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such samples, or they are too many for one array.</exception>
    /// <exception cref="CimException">CIM0001, CIM0006: the file cannot be read, is truncated or damaged.</exception>
    public float[] ReadFloats(int first, int count)
    {
        float[] values = Allocate<float>(first, count);
        (RawType type, int size) = (_file.Type, _file.Type.SizeOf());
        Read(first, count, (sample, bytes) =>
        {
            Span<float> target = values.AsSpan(sample * SampleLength, SampleLength);
            for (int i = 0; i < target.Length; i++) target[i] = (float)type.Read(bytes[(i * size)..]);
        });
        return values;
    }

    private T[] Allocate<T>(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - first);
        long length = (long)count * SampleLength;
        return length <= Array.MaxLength
            ? new T[length]
            : throw new ArgumentOutOfRangeException(nameof(count), count, "The samples are too many for one array; read fewer at a time.");
    }

    private void Read(int first, int count, Take take)
    {
        byte[] record = new byte[_file.RecordBytes];
        using Stream stream = _file.Open();
        for (int i = 0; i < first + count; i++)
        {
            _file.Read(stream, record, i);
            if (i >= first) take(i - first, record.AsSpan(_file.HeadBytes));
        }

        if (_isVerified) return;
        _file.Finish(stream);
        _isVerified = true;
    }
}
