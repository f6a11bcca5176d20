using Cim.Compiler.Import;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Onnx;
using Cim.Onnx.Proto;
using Cim.Runtime;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>ONNX files, damaged in their bytes and in their structure, and what tensors may say about files beside them.</summary>
public sealed class OnnxFuzzTests(ITestOutputHelper output)
{
    private static readonly byte[][] _models =
    [
        new ModelBuilder(13, 1).Input("x", -1, 2, 4, 4).Weight("w", 3, 2, 3, 3).Weight("v", 5, 12).Weight("c", 5).Ints("flat", -1, 12)
            .Node("Conv", "x w", "a", ("pads", new[] { 1, 1, 1, 1 })).Node("Relu", "a", "r")
                .Node("MaxPool", "r", "p", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Reshape", "p flat", "f").Node("Gemm", "f v c", "y", ("transB", 1)).Output("y").Bytes,
        new ModelBuilder(11, 2).Input("x", 1, 4, 6).Weight("w", 4, 2, 3).Ints("pads", 0, 0, 1, 0, 0, 1).Weight("q", 6, 4).Ints("starts", 0)
            .Ints("ends", 3).Ints("axes", 1)
            .Node("Pad", "x pads", "p").Node("Conv", "p w", "a", ("group", 2)).Node("Sigmoid", "a", "s").Node("MatMul", "s q", "t")
            .Node("Softmax", "t", "u", ("axis", 2)).Node("Slice", "u starts ends axes", "y").Output("y").Bytes,
        new ModelBuilder(17, 3).Input("x", -1, 4, 6).Ints("zero", 0).Ints("rest", 24).Node("Shape", "x", "s")
            .Node("Gather", "s zero", "n", ("axis", 0))
            .Node("Concat", "n rest", "t", ("axis", 0)).Node("Reshape", "x t", "r").Node("Split", "r", "d e", ("axis", 1))
                .Node("Mul", "d e", "m")
            .Node("ReduceSum", "m", "y", ("keepdims", 1)).Output("y").Bytes,
    ];

    private static Gen<byte[]> Structures { get; } = Gen.Select(Pick.Of(_models), Gen.Int, Gen.Int[0, 4]).Select((bytes, seed, edits) =>
    {
        ModelProto model = ModelProto.Parser.ParseFrom(bytes);
        ProtobufDamage.Apply(model, new Random(seed), edits);
        return model.ToByteArray();
    });

    [Fact]
    public void Any_model_is_imported_or_refused() =>
        new FuzzRun(
            "onnx", output).Run(Gen.OneOf(Structures, Structures, Damage.Bytes(Structures), Damage.Bytes(Pick.Of(_models))), bytes =>
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            OnnxImporter.Import(bytes, null, null, limit.Token);
        }, bytes => Convert.ToBase64String(bytes));

    /// <summary>Only files inside the model's folder are read, whatever a model says.</summary>
    [Fact]
    public void External_data_is_read_from_regular_files_of_the_folder_only()
    {
        using var outside = new TemporaryFolder();
        outside.Write("w.bin", [.. Enumerable.Repeat((byte)0x55, 64)]);
        string folder = Directory.CreateDirectory(outside.At("model")).FullName,
            inner = Directory.CreateDirectory(Path.Combine(folder, "sub")).FullName;
        byte[] content = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        File.WriteAllBytes(Path.Combine(folder, "w.bin"), content);
        File.WriteAllBytes(Path.Combine(inner, "w.bin"), content);
        File.WriteAllBytes(Path.Combine(folder, "empty"), []);
        File.WriteAllText(Path.Combine(folder, "pointer"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 64\n");
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(Path.Combine(folder, "out"), outside.At("w.bin"));
            File.CreateSymbolicLink(Path.Combine(folder, "in"), Path.Combine(folder, "w.bin"));
            File.CreateSymbolicLink(Path.Combine(folder, "loop"), Path.Combine(folder, "loop"));
            Directory.CreateSymbolicLink(Path.Combine(folder, "up"), outside.Path);
            System.Diagnostics.Process.Start("mkfifo", [Path.Combine(folder, "fifo")]).WaitForExit();
        }

        Gen<string> part = Pick.Of("w.bin", "sub", "..", ".", "", "out", "in", "loop", "up", "fifo", "empty", "pointer", "/dev/zero",
            "/dev/stdin", "/proc/self/mem", "C:\\w.bin", "w.bin\0", "~", "//");
        Gen<string> location = Gen.OneOf(Pick.Of("w.bin", "sub/w.bin"), part.Array[1, 3].Select(parts => string.Join('/', parts)));
        Gen<string> number = Pick.Of(
            "0", "1", "16", "64", "-1", "", "abc", "0x10", "9223372036854775807", "99999999999999999999", "1e3", " 8");
        Gen<TensorProto> tensors = Gen.Select(location, number, number, Pick.Of(0L, 4, 8, 16, 17, -1, 1L << 28, 1L << 40), Gen.Int[0, 7])
            .Select((where, offset, length, size, parts) =>
        {
            var tensor = new TensorProto
            {
                Name = "w",
                DataType = 1,
                Dims = { size },
                DataLocation = TensorProto.Types.DataLocation.External,
            };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = where });
            if ((parts & 1) != 0) tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset });
            if ((parts & 6) == 2) tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length });
            return tensor;
        });
        new FuzzRun("external", output).Run(tensors, tensor =>
        {
            try
            {
                byte[] read = TensorContent.Read(tensor, new ExternalData(folder)).Bytes.ToArray();
                Assert.True(read.Length == 0 || content.AsSpan().IndexOf(read) >= 0, "bytes of no file in the folder");
            }
            catch (OnnxFormatException e)
            {
                throw new CimException(ErrorCodes.MalformedOnnx, e.Message, e);
            }
        }, tensor => tensor.ToString());
    }
}
