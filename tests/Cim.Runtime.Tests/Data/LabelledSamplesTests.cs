using System.IO.Compression;
using Cim.Tests.Shared;

namespace Cim.Runtime.Tests.Data;

public sealed class LabelledSamplesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private LabelledSamples Open(string name, byte[] bytes) => LabelledSamples.Open(Write(name, bytes));

    private CimException Fails(string name, byte[] bytes) => Assert.Throws<CimException>(() => Open(name, bytes).ReadFloats());

    [Fact]
    public void Npz_has_samples_in_order_and_labels()
    {
        byte[] x = DataFiles.Npy("<f4", [3, 2], DataFiles.Floats(1, 2, 3, 4, 5, 6)),
            y = DataFiles.Npy("<i8", [3], DataFiles.Longs(2, 0, 1));
        LabelledSamples data = Open("d.npz", DataFiles.Npz(("x", x), ("y", y)));
        Assert.Equal((3, 2, ElementType.Float32, true), (data.Count, data.SampleLength, data.Type, data.HasLabels));
        Assert.Equal([2], data.Shape);
        Assert.Equal([2, 0, 1], data.Labels.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], data.ReadFloats());
        Assert.Equal([3, 4], data.ReadFloats(first: 1, count: 1));
        Assert.Throws<InvalidOperationException>(() => data.ReadBytes());
    }

    [Fact]
    public void Npy_has_no_labels()
    {
        LabelledSamples data = Open("d.npy", DataFiles.Npy("|u1", [2, 1, 2], [1, 2, 3, 255]));
        Assert.False(data.HasLabels);
        Assert.True(data.Labels.IsEmpty);
        Assert.Equal([1, 2], data.Shape);
        Assert.Equal(ElementType.UInt8, data.Type);
        Assert.Equal([1, 2, 3, 255], data.ReadBytes());
        Assert.Equal([3, 255], data.ReadBytes(1, 1));
        Assert.Equal([1, 2, 3, 255], data.ReadFloats());
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    [InlineData(1, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Samples_the_file_does_not_have_are_out_of_range(int first, int count)
    {
        LabelledSamples data = Open("d.npy", DataFiles.Npy("|u1", [2, 1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.ReadBytes(first, count));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.ReadFloats(first, count));
    }

    [Theory]
    [InlineData("|u1", ElementType.UInt8, new byte[] { 1, 255 }, new float[] { 1, 255 })]
    [InlineData("|i1", ElementType.Int8, new byte[] { 1, 255 }, new float[] { 1, -1 })]
    [InlineData("<u2", ElementType.Int32, new byte[] { 1, 1, 0, 255 }, new float[] { 257, 65280 })]
    [InlineData("<i2", ElementType.Int32, new byte[] { 1, 0, 255, 255 }, new float[] { 1, -1 })]
    [InlineData("<f2", ElementType.Float32, new byte[] { 0, 0x3c, 0, 0xc0 }, new float[] { 1, -2 })]
    [InlineData(">f2", ElementType.Float32, new byte[] { 0x3c, 0, 0xc0, 0 }, new float[] { 1, -2 })]
    [InlineData(">u2", ElementType.Int32, new byte[] { 1, 1, 255, 0 }, new float[] { 257, 65280 })]
    [InlineData("<u4", ElementType.Int64, new byte[] { 1, 0, 0, 0, 0, 0, 0, 128 }, new float[] { 1, 2147483648 })]
    [InlineData(">i4", ElementType.Int32, new byte[] { 0, 0, 0, 1, 255, 255, 255, 255 }, new float[] { 1, -1 })]
    [InlineData("<u8", ElementType.Int64, new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 }, new float[] { 1, 2 })]
    [InlineData(">i8", ElementType.Int64, new byte[] { 0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 254 },
        new float[] { 1, -2 })]
    [InlineData(">f4", ElementType.Float32, new byte[] { 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0 }, new float[] { 1, -2 })]
    [InlineData(">f8", ElementType.Float32, new byte[] { 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0 },
        new float[] { 1, -2 })]
    [InlineData("|b1", ElementType.UInt8, new byte[] { 1, 0 }, new float[] { 1, 0 })]
    public void Npy_element_types_are_converted(string descr, ElementType type, byte[] bytes, float[] expected)
    {
        LabelledSamples data = Open("d.npy", DataFiles.Npy(descr, [2, 1], bytes));
        Assert.Equal(type, data.Type);
        Assert.Equal(expected, data.ReadFloats());
    }

    [Fact]
    public void Idx_images_find_their_labels_whether_gzipped_or_not()
    {
        byte[] images = DataFiles.Idx(8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), labels = DataFiles.Idx(8, [2], [7, 9]);
        Write("t10k-labels-idx1-ubyte", labels);
        Write("train-labels-idx1-ubyte.gz", DataFiles.Gzip(labels));
        foreach (LabelledSamples data in new[]
        {
            Open("t10k-images-idx3-ubyte.gz", DataFiles.Gzip(images)), Open("train-images-idx3-ubyte", images),
        })
        {
            Assert.Equal([7, 9], data.Labels.ToArray());
            Assert.Equal([2, 2], data.Shape);
            Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], data.ReadBytes());
            Assert.Equal([5, 6, 7, 8], data.ReadFloats(1, 1));
        }

        Assert.False(Open("other.idx", images).HasLabels);
    }

    [Fact]
    public void Cifar_records_are_a_label_and_an_image()
    {
        byte[] file = new byte[3073 * 2];
        (file[0], file[1], file[3073], file[6145]) = (3, 200, 9, 17);
        LabelledSamples data = Open("data_batch_1.bin", file);
        Assert.Equal([3, 9], data.Labels.ToArray());
        Assert.Equal([3, 32, 32], data.Shape);
        byte[] values = data.ReadBytes();
        Assert.Equal((2 * 3072, 200, 17), (values.Length, values[0], values[^1]));
        Assert.Equal(17, data.ReadFloats(1, 1)[^1]);
    }

    [Fact]
    public void An_array_in_Fortran_order_has_the_samples_of_the_same_array_in_C_order()
    {
        // numpy.arange(12).reshape(2, 3, 2), its bytes with the first index fastest.
        byte[] x = DataFiles.Npy("|u1", [2, 3, 2], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], fortran: true);
        byte[] expected = [.. Enumerable.Range(0, 12).Select(i => (byte)i)];
        Assert.Equal(expected, Open("d.npy", x).ReadBytes());
        Assert.Equal(expected, Open("d.npz", DataFiles.Npz(("x", x))).ReadBytes());
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
            DataFiles.Npz(("x", DataFiles.Npy("|u1", [2, 1], [1, 2])), ("y", DataFiles.Npy(descr, [2], labels)))).Labels.ToArray());

    [Fact]
    public void Labels_that_are_no_class_indices_or_not_one_a_sample_are_an_error()
    {
        byte[] x = DataFiles.Npy("|u1", [2, 1], [1, 2]);
        foreach (byte[] y in new[]
        {
            DataFiles.Npy("<i8", [3], DataFiles.Longs(0, 1, 2)), DataFiles.Npy("<f4", [2], DataFiles.Floats(0, 0.5f)),
            DataFiles.Npy("<i8", [2], DataFiles.Longs(0, 1L << 40)),
        })
            Assert.Equal("CIM0007", Fails("d.npz", DataFiles.Npz(("x", x), ("y", y))).Code);
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
                    Assert.Equal("CIM0006", Fails(name, bytes[..length]).Code);
    }

    [Fact]
    public void A_wrong_checksum_in_an_archive_is_an_error_however_little_is_read()
    {
        byte[] stored = DataFiles.Npz(CompressionLevel.NoCompression, ("x", DataFiles.Npy("|u1", [3, 2], [1, 2, 3, 4, 5, 6])));
        stored[stored.AsSpan().IndexOf(new byte[] { 1, 2, 3, 4, 5, 6 }) + 5] = 7;
        LabelledSamples data = Open("d.npz", stored);
        CimException e = Assert.Throws<CimException>(() => data.ReadBytes(0, 1));
        Assert.Equal("CIM0006", e.Code);
        Assert.Contains("CRC-32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_after_the_array_are_an_error()
    {
        byte[] x = DataFiles.Npy("|u1", [1, 2], [1, 2, 3]);
        Assert.Equal("CIM0006", Fails("d.npy", x).Code);
        Assert.Equal("CIM0006", Fails("d.npz", DataFiles.Npz(("x", x))).Code);
        Assert.Equal("CIM0006", Fails("d.idx", DataFiles.Idx(8, [1, 2], [1, 2, 3])).Code);
    }

    [Fact]
    public void Malformed_files_say_what_to_do()
    {
        Assert.Contains("no array 'x'", Fails("d.npz", DataFiles.Npz(("images", DataFiles.Npy("|u1", [1, 1], [1])))).Message,
            StringComparison.Ordinal);
        Assert.Contains("no samples", Fails("d.npy", DataFiles.Npy("|u1", [0, 2], [])).Message, StringComparison.Ordinal);
        Assert.Contains("'<c8'", Fails("d.npy", DataFiles.Npy("<c8", [1, 1], new byte[8])).Message, StringComparison.Ordinal);
        Assert.Equal("CIM0006", Fails("d.txt", "hello"u8.ToArray()).Code);
        CimException missing = Assert.Throws<CimException>(() => LabelledSamples.Open(Path.Combine(_folder, "none.npz")));
        Assert.Equal(("CIM0001", Path.Combine(_folder, "none.npz")), (missing.Code, missing.File));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_written_is_read_again(bool hasLabels)
    {
        string folder = Directory.CreateTempSubdirectory("cim-samples-").FullName, path = Path.Combine(folder, "a.npz");
        IEnumerable<float[]> samples = Enumerable.Range(0, 5).Select(i => new[] { i, -0.5f, i * i, 1e-30f, 3, 1e30f });
        LabelledSamples.Write(path, [2, 3], samples, hasLabels ? [4, 3, 2, 1, 0] : null);
        LabelledSamples read = LabelledSamples.Open(path);
        Assert.Equal((5, hasLabels), (read.Count, read.HasLabels));
        Assert.Equal([2, 3], read.Shape);
        Assert.Equal([.. samples.SelectMany(s => s)], read.ReadFloats());
        if (hasLabels) Assert.Equal([4, 3, 2, 1, 0], read.Labels.ToArray());
        byte[] bytes = File.ReadAllBytes(path);
        LabelledSamples.Write(path, [2, 3], samples, hasLabels ? [4, 3, 2, 1, 0] : null);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void What_does_not_fit_is_not_written()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cim-samples-").FullName, "a.npz");
        Assert.Throws<ArgumentException>(() => LabelledSamples.Write(path, [2], []));
        Assert.Throws<ArgumentException>(() => LabelledSamples.Write(path, [0], [[]]));
        Assert.Throws<ArgumentException>(() => LabelledSamples.Write(path, [2], [[1, 2], [3]]));
        Assert.Throws<ArgumentException>(() => LabelledSamples.Write(path, [2], [[1, float.NaN]]));
        Assert.Throws<ArgumentException>(() => LabelledSamples.Write(path, [2], [[1, 2]], [0, 1]));
        Assert.False(File.Exists(path));
    }
}
