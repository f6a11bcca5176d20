using System.Collections.Immutable;
using Cim.Compiler.Messages;
using Cim.Runtime;

namespace Cim.Compiler.Data;

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

    /// <summary>An error about this kind of file: what is wrong and what to do.</summary>
    public static CimException Malformed(string path, MessageText message, Exception? cause = null) =>
        OptionError.Of(ErrorCodes.InvalidData, message, path, cause);

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

    public static string Dims(IEnumerable<int> dims) => "[" + string.Join(",", dims) + "]";
}
