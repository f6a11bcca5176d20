using Cim.Cli.Invocation;
using Cim.Onnx.Proto;
using Google.Protobuf;

namespace Cim.Cli.Tests;

/// <summary>A folder with a network of one dense layer (the identity of three numbers), samples and labels.</summary>
internal sealed class SmallNetwork : IDisposable
{
    private const int Samples = 20;

    public SmallNetwork()
    {
        File.WriteAllBytes(At("net.onnx"), Network([-1, 3], [-1, 3]).ToByteArray());
        // A class is the position of the largest of three inputs, which the identity network gives exactly.
        float[] x = [.. Enumerable.Range(0, Samples * 3).Select(i => i % 3 == i / 3 % 3 ? 2f : ((i * 7 % 11) / 11f) - 0.4f)];
        File.WriteAllBytes(At("x.npy"), [.. Npy("<f4", $"({Samples}, 3)"), .. x.SelectMany(BitConverter.GetBytes)]);
        WriteArchive("data.npz", File.ReadAllBytes(At("x.npy")),
            [.. Npy("|u1", $"({Samples},)"), .. Enumerable.Range(0, Samples).Select(i => (byte)(i % 3))]);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>Writes <c>net.cim</c>.</summary>
    public async Task Compile(params string[] more)
    {
        CliRun run = await CliRun.Of(["compile", At("net.onnx"), "-o", At("net.cim"), "--calibration", At("x.npy"), .. more]);
        Xunit.Assert.True(run.ExitCode == 0, run.Error);
    }

    public void WriteArchive(string name, byte[] x, byte[] y)
    {
        using var zip = System.IO.Compression.ZipFile.Open(At(name), System.IO.Compression.ZipArchiveMode.Create);
        using (Stream s = zip.CreateEntry("x.npy").Open()) s.Write(x);
        using (Stream s = zip.CreateEntry("y.npy").Open()) s.Write(y);
    }

    public static byte[] Npy(string type, string shape)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header)];
    }

    /// <param name="input">Dimensions of the input; -1 is the batch.</param>
    /// <param name="output">Dimensions of the output.</param>
    public static ModelProto Network(int[] input, int[] output)
    {
        var graph = new GraphProto { Name = "identity" };
        graph.Input.Add(Value("x", input));
        graph.Output.Add(Value("y", output));
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 3, 3 }, FloatData = { 1, 0, 0, 0, 1, 0, 0, 0, 1 } });
        graph.Node.Add(new NodeProto { Name = "dense", OpType = "MatMul", Input = { "x", "w" }, Output = { "y" } });
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return model;
    }

    private static ValueInfoProto Value(string name, int[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (int dim in dims)
            shape.Dim.Add(dim < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = "N" }
                : new TensorShapeProto.Types.Dimension { DimValue = dim });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } },
        };
    }
}
