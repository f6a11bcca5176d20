using System.Collections.Immutable;
using Cim.Compiler.Data.Images;
using Cim.Runtime;
using Cim.Runtime.Data;

namespace Cim.Compiler.Data;

/// <summary>Some consecutive samples, preprocessed, in the shape the network reads.</summary>
/// <param name="First">Index of the first sample.</param>
/// <param name="Count">The number of samples.</param>
/// <param name="Values">[count, record], valid until the next batch is read; a record is one sample of every input, one after the
/// other.</param>
internal readonly record struct DataBatch(int First, int Count, ReadOnlyMemory<float> Values);

/// <summary>
/// Samples of a data file as the network sees them. The file is read in order, batch by batch, once per pass; only the
/// labels and one batch are in memory.
/// </summary>
internal sealed class DataSet
{
    private readonly ImmutableArray<RecordReader> _inputs;

    private bool _isWhole;

    private DataSet(string path, ImmutableArray<RecordReader> inputs) => (Path, _inputs) = (path, inputs);

    /// <summary>The path it was opened with.</summary>
    public string Path { get; }

    public int Count => _inputs[0].Count;

    /// <summary>Numbers in one record.</summary>
    public int SampleElements => _inputs.Sum(i => i.Elements);

    /// <summary>One class index per sample; default if the file has no labels.</summary>
    public ImmutableArray<int> Labels => _inputs[0].Labels;

    public bool HasLabels => !Labels.IsDefault;

    /// <summary>Opens a data file for a network with one float input.</summary>
    /// <param name="path">An <c>.npz</c>, <c>.npy</c>, IDX or CIFAR-10 file; told apart by content.</param>
    /// <param name="sample">The shape of one sample the network reads (its input shape without the batch).</param>
    /// <param name="preprocessing">Applied to every number.</param>
    /// <exception cref="CimException">CIM0001, CIM0006 or CIM0007: the file cannot be read, is malformed, or does not fit.</exception>
    public static DataSet Open(string path, ImmutableArray<int> sample, Preprocessing preprocessing) =>
        Open(path, [new InputPort("x", ElementType.Float32, sample, true)], preprocessing);

    /// <summary>Opens a data file for a network.</summary>
    /// <param name="path">As above, or a folder of images; for several inputs an <c>.npz</c> with an array of each input's name.</param>
    /// <param name="ports">The network's inputs.</param>
    /// <param name="preprocessing">Applied to every number of the float inputs.</param>
    /// <exception cref="CimException">CIM0001, CIM0006 or CIM0007, as above.</exception>
    public static DataSet Open(string path, ImmutableArray<InputPort> ports, Preprocessing preprocessing)
    {
        ImmutableArray<RecordFile> files = Directory.Exists(path)
            ? [ImageFolder.Open(path, ports)]
            : DataFormats.Open(path, [.. ports.Select(p => p.Name)]);
        for (int i = 1; i < files.Length; i++)
            if (files[i].Count != files[0].Count)
                throw RecordFile.Malformed(path,
                    $"There are {files[0].Count} samples of '{ports[0].Name}' but {files[i].Count} of '{ports[i].Name}'; give one of each "
                    + $"input per sample.");
        return new DataSet(path, [.. files.Select((file, i) => new RecordReader(file, ports[i], preprocessing))]);
    }

    /// <summary>Reads the samples in order.</summary>
    /// <param name="batch">Samples per batch; the last may have fewer.</param>
    /// <param name="limit">At most this many samples; 0 = all.</param>
    /// <exception cref="CimException">CIM0006: the file is truncated or damaged, or a number is not finite.</exception>
    public IEnumerable<DataBatch> Batches(int batch, int limit = 0)
    {
        int total = limit > 0 ? Math.Min(limit, Count) : Count, elements = SampleElements;
        float[] values = new float[Math.Min(batch, total) * elements];
        using var pass = new DataPass(_inputs);
        for (int first = 0; first < total; first += batch)
        {
            int count = Math.Min(batch, total - first);
            for (int i = 0; i < count; i++) pass.Read(values.AsSpan(i * elements, elements));

            yield return new DataBatch(first, count, values.AsMemory(0, count * elements));
        }

        Finish(pass);
    }

    /// <summary>Reads <paramref name="samples"/> samples evenly spread over the file, one at a time.</summary>
    public IEnumerable<DataBatch> Spread(int samples)
    {
        float[] values = new float[SampleElements];
        using var pass = new DataPass(_inputs);
        for (int i = 0, next = 0; next < samples; i++)
        {
            bool isWanted = i == (int)((long)next * Count / samples);
            pass.Read(isWanted ? values : default);
            if (!isWanted) continue;
            next++;
            yield return new DataBatch(i, 1, values);
        }

        Finish(pass);
    }

    /// <summary>Once is enough: a file that changes meanwhile is another.</summary>
    private void Finish(DataPass pass)
    {
        if (_isWhole) return;
        pass.Finish();
        _isWhole = true;
    }

    /// <summary>Checks that there are labels.</summary>
    /// <exception cref="CimException">CIM0007.</exception>
    public void RequireLabels()
    {
        if (!HasLabels)
            throw new CimException(ErrorCodes.InvalidLabels,
                "The file has no labels, which accuracy needs; add an integer array 'y' to the .npz, or the labels file beside the IDX "
                + "images.") { File = Path };
    }
}
