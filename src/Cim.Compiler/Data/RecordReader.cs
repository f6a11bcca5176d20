using System.Collections.Immutable;
using Cim.Compiler.Data.Images;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Runtime.Data;

namespace Cim.Compiler.Data;

/// <summary>Reads the samples of one input: record by record, converted and preprocessed.</summary>
internal sealed class RecordReader
{
    private readonly RecordFile _file;
    private readonly double[] _factor, _offset;
    private readonly int _run;

    /// <exception cref="CimException">CIM0006: the samples do not have the shape the input reads.</exception>
    public RecordReader(RecordFile file, InputPort port, Preprocessing preprocessing)
    {
        if (!Fits(file.SampleDims, port.SampleDims))
            throw RecordFile.Malformed(file.Path,
                $"A sample has the shape {RecordFile.Dims(file.SampleDims)}, but the model's input reads "
                + $"{RecordFile.Dims(port.SampleDims)} per sample{Hint(file.SampleDims, port.SampleDims)}.");
        _file = file;
        // Indices and masks mean what they say; only measured quantities are scaled.
        Preprocessing applied = port.Type == ElementType.Float32 ? preprocessing : Preprocessing.None;
        (_factor, _offset, _run) = applied.Channels(port.SampleDims, file.Path);
    }

    public int Count => _file.Count;

    /// <summary>Numbers in one sample.</summary>
    public int Elements => _file.SampleElements;

    public ImmutableArray<int> Labels => _file.Labels;

    /// <summary>Bytes in one record.</summary>
    public int RecordBytes => _file.RecordBytes;

    /// <summary>Opens the file at its first record.</summary>
    public Stream Open() => _file.Open();

    /// <summary>Reads the next record's bytes.</summary>
    /// <exception cref="CimException">CIM0006: the file is truncated or damaged.</exception>
    public void Read(Stream stream, byte[] record, int index) => _file.Read(stream, record, index);

    /// <summary>Passes over the next record.</summary>
    /// <exception cref="CimException">CIM0006: the file is truncated or damaged.</exception>
    public void Skip(Stream stream, byte[] record, int index)
    {
        // An image costs a decoding; other records have to be read to reach the next one.
        if (stream is ImageStream images) images.Skip();
        else Read(stream, record, index);
    }

    /// <summary>Reads what a pass did not need, so that checksums at the end of compressed data are compared.</summary>
    /// <exception cref="CimException">CIM0006: the file is damaged.</exception>
    public void Finish(Stream stream) => _file.Finish(stream);

    /// <summary>The numbers of a record as the network reads them.</summary>
    /// <exception cref="CimException">CIM0006: a number is not finite.</exception>
    public void Convert(byte[] record, Span<float> values, int index)
    {
        int size = _file.Type.SizeOf();
        ReadOnlySpan<byte> bytes = record.AsSpan(_file.HeadBytes);
        for (int i = 0; i < values.Length; i++)
        {
            int channel = _factor.Length == 1 ? 0 : i / _run % _factor.Length;
            float v = (float)((_file.Type.Read(bytes[(i * size)..]) * _factor[channel]) + _offset[channel]);
            if (!float.IsFinite(v))
                throw OptionError.Of(ErrorCodes.InvalidData,
                    $"Number {i} of sample {index} is {v} after preprocessing; remove such samples or correct "
                    + $"{OptionTable.Scale.Named()}, {OptionTable.Mean.Named()}, {OptionTable.Std.Named()}.", _file.Path);
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
