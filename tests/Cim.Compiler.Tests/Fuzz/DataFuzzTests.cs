using System.Collections.Immutable;
using System.IO.Compression;
using Cim.Compiler.Data;
using Cim.Compiler.Tests.Data;
using Cim.Runtime;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>Data files of every format, damaged in their bytes, headers and containers.</summary>
public sealed class DataFuzzTests(ITestOutputHelper output)
{
    private static readonly ImmutableArray<InputPort> _one = [new InputPort("x", ElementType.Float32, [3, 2], true)];
    private static readonly ImmutableArray<InputPort> _two = [
        new InputPort("a", ElementType.Float32, [2], true), new InputPort("b", ElementType.Int64, [1], true)];

    private static readonly Gen<string> _types = Pick.Of("|u1", "|i1", "|b1", "<u2", ">i2", "<u4", ">u4", "<i4", "<u8", ">i8", "<f2",
        ">f2", "<f4", ">f4", "<f8", ">f8", "|O", "<c8", "|S3", "<M8[ns]", "", "f4", "=f4");
    private static readonly Gen<string> _dimensions = Pick.Of(
        "4", "3", "2", "1", "0", "6", "-1", "2147483647", "99999999999", "65536", "1e3", "", "4L");
    private static readonly Gen<byte[]> _payload = Gen.OneOf(Gen.Int[0, 200]
        .Select(n => Enumerable.Range(0, n).Select(i => (byte)i).ToArray()), Gen.Const(new byte[24]), Gen.Const(new byte[96]),
        Gen.Byte.Array[24], Gen.Byte.Array[96]);

    [Fact]
    public void Any_npy_file_is_read_or_an_error() =>
        Run("npy", Gen.OneOf(Npy(), Damage.Bytes(Npy()), Damage.Bytes(Gen.Const(DataFiles.Npy("<f4", [4, 3, 2], new byte[96])))), "d.npy",
            _one);

    [Fact]
    public void Any_npz_file_is_read_or_an_error()
    {
        Gen<byte[]> archives = Gen.Select(
            Npy(), Npy(), Pick.Of("x", "y", "a", "input", "../x", ""), Pick.Of("y", "labels", "b", "x", "z"), Gen.Bool)
            .Select((x, y, first, second, stored) => DataFiles.Npz(
                stored ? CompressionLevel.NoCompression : CompressionLevel.Fastest, (first, x), (second, y)));
        Gen<byte[]> valid = Pick.Of(Valid(CompressionLevel.NoCompression), Valid(CompressionLevel.Optimal));
        Run("npz", Gen.OneOf(archives, Damage.Bytes(archives), Damage.Bytes(valid), Damage.Bytes(valid)), "d.npz", _one, _two);
    }

    /// <summary>A damaged archive never gives other numbers: what is read carries its checksum.</summary>
    [Fact]
    public void A_flipped_bit_of_an_npz_file_is_noticed_or_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        byte[][] originals = [Valid(CompressionLevel.NoCompression), Valid(CompressionLevel.Optimal)];
        (float[] values, int[] labels) = Read(folder.Write("d.npz", originals[0]), _one);
        Gen<byte[]> cases = Gen.Select(Pick.Of(originals), Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Select((bytes, at, bit) =>
        {
            byte[] flipped = [.. bytes];
            flipped[at % bytes.Length] ^= (byte)(1 << bit);
            return flipped;
        });
        new FuzzRun("npz-bit", output).Run(cases, bytes =>
        {
            (float[] read, int[] found) = Read(folder.Write("d.npz", bytes), _one);
            Assert.Equal(values, read);
            // The name of an optional array may be hit: then there are no labels, which a reader of labels reports.
            if (found.Length > 0) Assert.Equal(labels, found);
        }, Convert.ToBase64String);
    }

    [Fact]
    public void Any_idx_file_is_read_or_an_error()
    {
        Gen<byte[]> plain = Gen.Select(Pick.Of<byte>(8, 9, 10, 11, 12, 13, 14, 0, 255),
            Pick.Of(4, 3, 2, 1, 0, -1, int.MaxValue, 1 << 20).Array[1, 5], _payload).Select(DataFiles.Idx);
        Gen<byte[]> valid = Pick.Of(DataFiles.Idx(8, [4, 3, 2], new byte[24]), DataFiles.Idx(13, [4, 3, 2], new byte[96]),
            DataFiles.Gzip(DataFiles.Idx(8, [4, 3, 2], new byte[24])));
        Gen<byte[]> images = Gen.OneOf(plain, plain.Select(DataFiles.Gzip), Damage.Bytes(valid), Damage.Bytes(plain));
        Gen<byte[]> labels = Gen.OneOf(
            Gen.Const(DataFiles.Idx(8, [4], [0, 1, 2, 3])), Damage.Bytes(Gen.Const(DataFiles.Idx(8, [4], [0, 1, 2, 3]))), plain);
        using var folder = new TemporaryFolder();
        new FuzzRun("idx", output).Run(Gen.Select(images, labels), files =>
        {
            folder.Write("t10k-labels-idx1-ubyte", files.Item2);
            Use(folder.Write("t10k-images-idx3-ubyte", files.Item1), _one);
        }, files => $"{Convert.ToBase64String(files.Item1)} {Convert.ToBase64String(files.Item2)}");
    }

    [Fact]
    public void Any_cifar_file_is_read_or_an_error()
    {
        byte[] whole = new byte[3073 * 2];
        ImmutableArray<InputPort> image = [new InputPort("x", ElementType.Float32, [3, 32, 32], true)];
        Gen<byte[]> records = Gen.Select(Pick.Of<byte>(0, 9, 10, 255), Pick.Of<byte>(0, 9, 10, 255)).Select((a, b) =>
        {
            byte[] file = [.. whole];
            (file[0], file[3073]) = (a, b);
            return file;
        });
        Run("cifar", Gen.OneOf(records, Damage.Bytes(records)), "batch.bin", image);
    }

    private void Run(string kind, Gen<byte[]> files, string name, params ImmutableArray<InputPort>[] ports)
    {
        using var folder = new TemporaryFolder();
        new FuzzRun(kind, output).Run(
            Gen.Select(files, Pick.Of(ports)), c => Use(folder.Write(name, c.Item1), c.Item2), c => Convert.ToBase64String(c.Item1));
    }

    private static byte[] Valid(CompressionLevel level) => DataFiles.Npz(level,
        ("x", DataFiles.Npy("<f4", [4, 3, 2], DataFiles.Floats([.. Enumerable.Range(0, 24).Select(i => i * 0.25f)]))),
        ("y", DataFiles.Npy("<i8", [4], DataFiles.Longs(3, 1, 2, 0))));

    private static Gen<byte[]> Npy() =>
        Gen.Select(_types, _dimensions.Array[0, 4], _payload, Gen.Bool, Gen.Int[0, 20]).Select((type, dims, data, fortran, form) =>
    {
        string shape = dims.Length == 1 ? dims[0] + "," : string.Join(", ", dims);
        string header = form switch
        {
            0 => "{}",
            1 => $"{{'shape': ({shape}), 'descr': [('a', '{type}')], 'fortran_order': {fortran}}}",
            2 => $"{{'descr': '{type}', 'shape': ({shape}), 'fortran_order': 1}}",
            _ => $"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': ({shape}), }}",
        };
        header = header.PadRight(117) + "\n";
        return (byte[])[0x93, .. "NUMPY"u8, (byte)(form == 3 ? 9 : 1), 0, (byte)header.Length, (byte)(header.Length >> 8),
            .. System.Text.Encoding.ASCII.GetBytes(header), .. data];
    });

    private static void Use(string path, ImmutableArray<InputPort> ports)
    {
        (float[] values, int[] labels) = Read(path, ports);
        Assert.True(values.All(float.IsFinite));
        Assert.True(labels.Length == 0 || labels.Length * ports.Sum(p => p.Elements) == values.Length);
    }

    private static (float[] Values, int[] Labels) Read(string path, ImmutableArray<InputPort> ports)
    {
        DataSet data = DataSet.Open(path, ports, Preprocessing.None);
        Assert.True(data.Count > 0);
        float[] values = [.. data.Batches(3).SelectMany(b => b.Values.ToArray())];
        Assert.Equal(data.Count * ports.Sum(p => p.Elements), values.Length);
        Assert.Equal(Math.Min(2, data.Count), data.Spread(Math.Min(2, data.Count)).Count());
        return (values, data.HasLabels ? [.. data.Labels] : []);
    }
}
