using System.Runtime.InteropServices;
using Cim.Onnx.Proto;
using Google.Protobuf;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Results of <c>cim run</c> are one array over all samples, whatever a model does with the batch.</summary>
public sealed class RunCommandTests : IDisposable
{
    /// <summary>More than are run at once.</summary>
    private const int Samples = 150, Width = 3;

    private readonly SmallNetwork _net = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public async Task Results_whose_batch_is_not_the_first_dimension_are_joined_along_it()
    {
        ModelProto model = SmallNetwork.Network([-1, Width], []);
        var transpose = new NodeProto { Name = "turn", OpType = "Transpose", Input = { "y" }, Output = { "turned" } };
        transpose.Attribute.Add(new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 1, 0 } });
        float[] y = await Run(model, transpose, "turned", [Width, Samples]);
        float[] x = Values();
        for (int i = 0; i < Samples; i++)
            for (int c = 0; c < Width; c++) Assert.Equal(x[(i * Width) + c], y[(c * Samples) + i], 0.05f);
    }

    [Fact]
    public async Task A_result_that_does_not_depend_on_the_samples_is_written_once()
    {
        ModelProto model = SmallNetwork.Network([-1, Width], [-1, Width]);
        float[] y = await Run(model, new NodeProto { Name = "table", OpType = "Identity", Input = { "w" }, Output = { "copy" } }, "copy",
            [Width, Width]);
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], y);
    }

    /// <summary>Compiles the network with one more node, runs all samples, and reads what was written.</summary>
    private async Task<float[]> Run(ModelProto model, NodeProto node, string output, int[] shape)
    {
        model.Graph.Node.Add(node);
        if (output == "turned") model.Graph.Output[0].Name = output;
        else model.Graph.Output.Add(new ValueInfoProto { Name = output, Type = model.Graph.Input[0].Type });
        File.WriteAllBytes(_net.At("net.onnx"), model.ToByteArray());
        File.WriteAllBytes(
            _net.At("x.npy"), [.. SmallNetwork.Npy("<f4", $"({Samples}, {Width})"), .. MemoryMarshal.AsBytes<float>(Values())]);
        await _net.Compile();
        CliRun run = await CliRun.Of("run", _net.At("net.cim"), "--input", _net.At("x.npy"), "--output", _net.At("y.npy"),
            "--output-name", output, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(shape, run.Json.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
        byte[] bytes = File.ReadAllBytes(_net.At("y.npy"));
        Assert.Contains($"'shape': ({string.Join(", ", shape)})", System.Text.Encoding.ASCII.GetString(bytes, 0, 128));
        float[] values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(128)).ToArray();
        Assert.Equal(shape.Aggregate(1, (a, b) => a * b), values.Length);
        return values;
    }

    private static float[] Values() => [.. Enumerable.Range(0, Samples * Width).Select(i => MathF.Sin(i * 0.37f))];
}
