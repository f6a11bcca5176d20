using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Runtime;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Data;

public sealed class DataSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static float[] All(DataSet data, int batch = 2, int limit = 0) =>
        [.. data.Batches(batch, limit).SelectMany(b => b.Values.ToArray())];

    private DataSet Open(string name, byte[] bytes, int[] sample, Preprocessing? preprocessing = null) =>
        DataSet.Open(_folder.Write(name, bytes), [.. sample], preprocessing ?? Preprocessing.None);

    private CimException Fails(string name, byte[] bytes, int[] sample, Preprocessing? preprocessing = null, int? classes = null) =>
        Assert.Throws<CimException>(() =>
        {
            DataSet data = Open(name, bytes, sample, preprocessing);
            if (classes is { } c) _ = ScoredOutput.For([new OutputFacts("y", ElementType.Float32, c, false)], data);
            All(data);
        });

    [Fact]
    public void Npz_gives_samples_in_order_and_labels()
    {
        byte[] x = DataFiles.Npy("<f4", [3, 2], DataFiles.Floats(1, 2, 3, 4, 5, 6)),
            y = DataFiles.Npy("<i8", [3], DataFiles.Longs(2, 0, 1));
        DataSet data = Open("d.npz", DataFiles.Npz(("x", x), ("y", y)), [2]);
        Assert.Equal(3, data.Count);
        Assert.Equal([2, 0, 1], data.Labels.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], All(data));
        Assert.Equal([1, 2, 3, 4, 5, 6], All(data, batch: 100)); // a second pass over the file
        Assert.Equal([1, 2], All(data, limit: 1));
    }

    [Fact]
    public void Preprocessing_is_scale_then_mean_then_deviation_per_channel()
    {
        byte[] x = DataFiles.Npy("|u1", [1, 2, 1, 2], [0, 255, 51, 102]);
        DataSet data = Open("d.npy", x, [2, 1, 2], Preprocessing.Parse("1/255", "0.5,0.25", "0.5,0.125"));
        float[] expected = [-1, 1, (0.2f - 0.25f) / 0.125f, (0.4f - 0.25f) / 0.125f];
        Assert.Equal(expected.Length, All(data).Length);
        foreach ((float e, float a) in expected.Zip(All(data))) Assert.Equal(e, a, 5);
    }

    [Fact]
    public void Shapes_may_differ_by_ones_or_be_flat_but_not_be_reordered()
    {
        byte[] x = DataFiles.Npy("|u1", [1, 2, 3], [1, 2, 3, 4, 5, 6]);
        Open("a.npy", x, [1, 2, 3]);
        Open("a.npy", x, [6]);
        Open("a.npy", x, [6, 1]);
        CimException e = Fails("a.npy", x, [3, 2]);
        Assert.Equal("CIM0006", e.Code);
        Assert.Contains("[2,3]", e.Message, StringComparison.Ordinal);
        Assert.Contains("[3,2]", e.Message, StringComparison.Ordinal);
        Assert.Contains("channels are last", Fails("b.npy", DataFiles.Npy("|u1", [1, 2, 4, 3], new byte[24]), [3, 2, 4]).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_are_not_finite_are_named()
    {
        CimException e = Fails("d.npy", DataFiles.Npy("<f4", [2, 2], DataFiles.Floats(1, 2, float.NaN, 4)), [2]);
        Assert.Equal("CIM0006", e.Code);
        Assert.Contains("sample 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_checked_against_the_model()
    {
        byte[] x = DataFiles.Npy("|u1", [2, 1], [1, 2]);
        Assert.Equal("CIM0007", Fails("d.npy", x, [1], classes: 10).Code);
        Assert.Contains("label 5", Fails("d.npz", DataFiles.Npz(("x", x), ("y", DataFiles.Npy("<i8", [2], DataFiles.Longs(0, 5)))), [1],
            classes: 5).Message, StringComparison.Ordinal);
        Assert.Equal(
            "CIM0007", Fails("d.npz", DataFiles.Npz(("x", x), ("y", DataFiles.Npy("<i8", [3], DataFiles.Longs(0, 1, 2)))), [1]).Code);
        Assert.Equal(
            "CIM0007", Fails("d.npz", DataFiles.Npz(("x", x), ("y", DataFiles.Npy("<f4", [2], DataFiles.Floats(0, 0.5f)))), [1]).Code);
        Assert.Equal(
            "CIM0007", Fails("d.npz", DataFiles.Npz(("x", x), ("y", DataFiles.Npy("<i8", [2], DataFiles.Longs(0, 1L << 40)))), [1]).Code);
    }

    [Fact]
    public void A_wrong_checksum_in_an_archive_is_an_error_however_little_is_read()
    {
        byte[] x = DataFiles.Npy("|u1", [3, 2], [1, 2, 3, 4, 5, 6]), y = DataFiles.Npy("<i8", [3], DataFiles.Longs(2, 0, 1));
        byte[] stored = DataFiles.Npz(System.IO.Compression.CompressionLevel.NoCompression, ("x", x), ("y", y));
        int sample = stored.AsSpan().IndexOf(new byte[] { 1, 2, 3, 4, 5, 6 });
        stored[sample + 5] = 7;
        CimException e = Fails("d.npz", stored, [2]);
        Assert.Contains("CRC-32", e.Message, StringComparison.Ordinal);
        DataSet data = Open("d.npz", stored, [2]);
        Assert.Equal("CIM0006", Assert.Throws<CimException>(() => All(data, limit: 1)).Code);
        Assert.Equal("CIM0006", Assert.Throws<CimException>(() => data.Spread(1).Count()).Code);
    }

    [Theory]
    [InlineData("0", null, null)]
    [InlineData("x", null, null)]
    [InlineData(null, "1,,2", null)]
    [InlineData(null, null, "0")]
    [InlineData("1/0", null, null)]
    [InlineData("1/255/2", null, null)]
    public void Impossible_preprocessing_is_wrong_usage(string? scale, string? mean, string? std) =>
        Assert.Equal("CIM0010", Assert.Throws<CimException>(() => Preprocessing.Parse(scale, mean, std)).Code);

    [Fact]
    public void A_written_array_reads_back()
    {
        foreach (int[] dims in new int[][] { [2], [2, 3], [1, 2, 3] })
        {
            float[] values = [.. Enumerable.Range(0, dims.Aggregate(1, (a, b) => a * b)).Select(i => i * 0.5f)];
            var stream = new MemoryStream();
            NpyWriter.Write(stream, dims, values);
            DataSet data = Open("w.npy", stream.ToArray(), dims[1..]);
            Assert.Equal(dims[0], data.Count);
            Assert.Equal(values, All(data));
        }
    }
}
