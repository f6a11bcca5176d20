using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Compiler.Data;

namespace Cim.Bench.Zoo;

/// <summary>Samples of bytes with their labels, which can be split and written as IDX files.</summary>
/// <param name="Dims">The shape of a sample.</param>
/// <param name="Values">All samples, one after the other.</param>
/// <param name="Labels">One a sample; empty without labels.</param>
/// <param name="IsSigned">Whether the bytes have a sign.</param>
internal sealed record ZooSamples(ImmutableArray<int> Dims, byte[] Values, byte[] Labels, bool IsSigned = false)
{
    private const byte UnsignedBytes = 8, SignedBytes = 9;

    private int Elements => Dims.Aggregate(1, (product, d) => product * d);

    public int Count => Values.Length / Elements;

    /// <summary>The samples of a file that the compiler reads, too.</summary>
    public static ZooSamples Read(string path, string remedy, params ImmutableArray<int> dims)
    {
        DataSet data = DataSet.Open(BenchException.RequireFile(path, remedy), dims, Preprocessing.None);
        byte[] values = new byte[data.Count * data.SampleElements];
        int at = 0;
        foreach (DataBatch batch in data.Batches(64))
            foreach (float value in batch.Values.Span) values[at++] = (byte)value;
        return new ZooSamples(dims, values, data.HasLabels ? [.. data.Labels.Select(l => (byte)l)] : []);
    }

    /// <summary>Those of these indices, in this order.</summary>
    public ZooSamples At(IEnumerable<int> indices)
    {
        int[] chosen = [.. indices];
        byte[] values = new byte[chosen.Length * Elements];
        for (int i = 0; i < chosen.Length; i++) Array.Copy(Values, chosen[i] * Elements, values, i * Elements, Elements);
        return this with { Values = values, Labels = Labels.Length == 0 ? [] : [.. chosen.Select(i => Labels[i])] };
    }

    /// <summary>Those whose index meets a condition.</summary>
    public ZooSamples Where(Func<int, bool> isChosen) => At(Enumerable.Range(0, Count).Where(isChosen));

    /// <summary>A range of them.</summary>
    public ZooSamples Slice(int first, int count) => At(Enumerable.Range(first, Math.Min(count, Count - first)));

    /// <summary>At most so many, evenly spread.</summary>
    public ZooSamples Spread(int count) => At(Selection.Spread(Count, Math.Min(count, Count)));

    /// <summary>Without labels, where they would be taken for classes of the output.</summary>
    public ZooSamples Unlabelled() => this with { Labels = [] };

    /// <summary>Writes samples, and labels beside them.</summary>
    /// <returns>The file of samples.</returns>
    public string Write(string folder, string name)
    {
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-images.idx{Dims.Length + 1}"));
        Write(path, IsSigned ? SignedBytes : UnsignedBytes, [Count, .. Dims], Values);
        // Readers look for the name with "labels" where the other one has "images".
        string labels = Path.Combine(folder, Path.GetFileName(path).Replace("images", "labels", StringComparison.Ordinal));
        if (Labels.Length > 0) Write(labels, UnsignedBytes, [Count], Labels);
        return path;
    }

    private static void Write(string path, byte type, int[] dims, byte[] values)
    {
        // Under a name of its own, because another process may write the same samples.
        string own = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}");
        using (FileStream stream = File.Create(own)) Write(stream, type, dims, values);
        File.Move(own, path, overwrite: true);
    }

    private static void Write(FileStream stream, byte type, int[] dims, byte[] values)
    {
        stream.Write([0, 0, type, (byte)dims.Length]);
        Span<byte> size = stackalloc byte[sizeof(int)];
        foreach (int dim in dims)
        {
            BinaryPrimitives.WriteInt32BigEndian(size, dim);
            stream.Write(size);
        }

        stream.Write(values);
    }
}
