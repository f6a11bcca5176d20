using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Runtime;
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

    [Theory]
    [InlineData("|u1", new byte[] { 1, 255 }, new float[] { 1, 255 })]
    [InlineData("|i1", new byte[] { 1, 255 }, new float[] { 1, -1 })]
    [InlineData("<u2", new byte[] { 1, 1, 0, 255 }, new float[] { 257, 65280 })]
    [InlineData("<i2", new byte[] { 1, 0, 255, 255 }, new float[] { 1, -1 })]
    [InlineData("<f2", new byte[] { 0, 0x3c, 0, 0xc0 }, new float[] { 1, -2 })]
    [InlineData(">f2", new byte[] { 0x3c, 0, 0xc0, 0 }, new float[] { 1, -2 })]
    [InlineData(">u2", new byte[] { 1, 1, 255, 0 }, new float[] { 257, 65280 })]
    [InlineData("<u4", new byte[] { 1, 0, 0, 0, 0, 0, 0, 128 }, new float[] { 1, 2147483648 })]
    [InlineData(">i4", new byte[] { 0, 0, 0, 1, 255, 255, 255, 255 }, new float[] { 1, -1 })]
    [InlineData("<u8", new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 }, new float[] { 1, 2 })]
    [InlineData(">i8", new byte[] { 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 254 }, new float[] { 1, -2 })]
    [InlineData(">f4", new byte[] { 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0 }, new float[] { 1, -2 })]
    [InlineData(">f8", new byte[] { 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0 }, new float[] { 1, -2 })]
    [InlineData("|b1", new byte[] { 1, 0 }, new float[] { 1, 0 })]
    public void Npy_element_types_are_converted(string descr, byte[] bytes, float[] expected) =>
        Assert.Equal(expected, All(Open("d.npy", DataFiles.Npy(descr, [2, 1], bytes), [1])));

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
    public void Idx_images_find_their_labels_whether_gzipped_or_not()
    {
        byte[] images = DataFiles.Idx(8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), labels = DataFiles.Idx(8, [2], [7, 9]);
        _folder.Write("t10k-labels-idx1-ubyte", labels);
        DataSet data = Open("t10k-images-idx3-ubyte.gz", DataFiles.Gzip(images), [1, 2, 2]);
        Assert.Equal([7, 9], data.Labels.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], All(data));
        Assert.False(Open("other.idx", images, [4]).HasLabels);
    }

    [Fact]
    public void Cifar_records_are_a_label_and_an_image()
    {
        byte[] file = new byte[3073 * 2];
        (file[0], file[1], file[3073], file[6145]) = (3, 200, 9, 17);
        DataSet data = Open("data_batch_1.bin", file, [3, 32, 32]);
        Assert.Equal([3, 9], data.Labels.ToArray());
        float[] values = All(data);
        Assert.Equal((200, 17), (values[0], values[^1]));
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
    public void Every_truncation_of_a_file_is_an_error_with_a_code()
    {
        byte[] npy = DataFiles.Npy("<f4", [3, 2], DataFiles.Floats(1, 2, 3, 4, 5, 6));
        byte[] npz = DataFiles.Npz(("x", npy), ("y", DataFiles.Npy("<i8", [3], DataFiles.Longs(2, 0, 1))));
        byte[] idx = DataFiles.Idx(8, [3, 2], [1, 2, 3, 4, 5, 6]);
        foreach ((string name, byte[] bytes, int step) in new[] {
            ("d.npy", npy, 7), ("d.npz", npz, 5), ("i.idx", idx, 1), ("i.gz", DataFiles.Gzip(idx), 1) })
            for (int length = 0; length < bytes.Length; length += step)
                // A gzip trailer may be missing without loss: then the data is complete.
                if (!(name == "i.gz" && length > bytes.Length - 12))
                    Assert.Equal("CIM0006", Fails(name, bytes[..length], [2]).Code);
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

    [Theory]
    [InlineData("<u4", new byte[] { 2, 0, 0, 0, 1, 0, 0, 0 })]
    [InlineData("<u8", new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(">i4", new byte[] { 0, 0, 0, 2, 0, 0, 0, 1 })]
    [InlineData(">u8", new byte[] { 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1 })]
    [InlineData("<f4", new byte[] { 0, 0, 0, 0x40, 0, 0, 0x80, 0x3f })]
    [InlineData("<f8", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f })]
    public void Labels_are_whole_numbers_of_any_type(string descr, byte[] labels) =>
        Assert.Equal([2, 1], Open("d.npz",
            DataFiles.Npz(("x", DataFiles.Npy("|u1", [2, 1], [1, 2])), ("y", DataFiles.Npy(descr, [2], labels))), [1]).Labels.ToArray());

    [Fact]
    public void An_array_in_Fortran_order_gives_the_samples_of_the_same_array_in_C_order()
    {
        // numpy.arange(12).reshape(2, 3, 2), its bytes with the first index fastest.
        byte[] x = DataFiles.Npy("|u1", [2, 3, 2], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], fortran: true);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), All(Open("d.npy", x, [3, 2])));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), All(Open("d.npz", DataFiles.Npz(("x", x)), [3, 2])));
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

    [Fact]
    public void Bytes_after_the_array_are_an_error()
    {
        byte[] x = DataFiles.Npy("|u1", [1, 2], [1, 2, 3]);
        Assert.Equal("CIM0006", Fails("d.npy", x, [2]).Code);
        Assert.Equal("CIM0006", Fails("d.npz", DataFiles.Npz(("x", x)), [2]).Code);
        Assert.Equal("CIM0006", Fails("d.idx", DataFiles.Idx(8, [1, 2], [1, 2, 3]), [2]).Code);
    }

    [Fact]
    public void Malformed_files_say_what_to_do()
    {
        Assert.Contains("no array 'x'", Fails("d.npz", DataFiles.Npz(("images", DataFiles.Npy("|u1", [1, 1], [1]))), [1]).Message,
            StringComparison.Ordinal);
        Assert.Contains("no samples", Fails("d.npy", DataFiles.Npy("|u1", [0, 2], []), [2]).Message, StringComparison.Ordinal);
        Assert.Contains("'<c8'", Fails("d.npy", DataFiles.Npy("<c8", [1, 1], new byte[8]), [1]).Message, StringComparison.Ordinal);
        Assert.Equal("CIM0006", Fails("d.txt", "hello"u8.ToArray(), [1]).Code);
        Assert.Equal("CIM0001", Assert.Throws<CimException>(() => DataSet.Open(_folder.At("none.npz"), [1], Preprocessing.None)).Code);
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
