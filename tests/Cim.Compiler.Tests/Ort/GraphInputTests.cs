using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using Xunit;

namespace Cim.Compiler.Tests.Ort;

/// <summary>Samples lie along the first axis of all inputs, or a run is one sample.</summary>
public sealed class GraphInputTests
{
    private static GraphInput Of(params int[][] shapes) =>
        GraphInput.Of(shapes.Select((s, i) => ($"i{i}", ElementType.Float32, new Shape(s))));

    [Fact]
    public void Inputs_that_lead_with_as_many_samples_are_fed_that_many()
    {
        Assert.Equal([0, 0, 8, 1, 1], new[] { Of([-1, 3]), Of([-1, 3], [-1]), Of([8, 3], [8, 2]), Of([1, 3], [4]), Of([4]) }
            .Select(i => i.FixedBatch));
        Assert.Equal(3, Assert.Single(Of([8, 3], [8, 2]).Ports[0].SampleDims));
    }

    [Fact]
    public void Of_inputs_that_differ_a_run_is_one_sample()
    {
        GraphInput state = Of([-1, 3], [2, -1, 5], [4]), table = Of([-1, 3], [7, 3]), rows = Of([8, 3], [4, 3]);
        Assert.All(new[] { state, table, rows }, i => Assert.Equal(1, i.FixedBatch));
        Assert.Equal([[1, 3], [2, 1, 5], [4]], state.Ports.Select(p => p.Dims(1)));
        Assert.Equal([[1, 3], [7, 3]], table.Ports.Select(p => p.Dims(1)));
        Assert.Equal([[8, 3], [4, 3]], rows.Ports.Select(p => p.Dims(1)));
        Assert.Equal(3 + 10 + 4, state.SampleElements);
    }

    /// <summary>A state whose batch is behind, as recurrent networks have it, and a table that has none.</summary>
    [Fact]
    public void A_network_with_a_state_and_a_table_gives_what_ONNX_Runtime_gives()
    {
        const int Samples = 40;
        ModelBuilder m = new ModelBuilder().Input("x", -1, 6).Input("state", 2, -1, 3).Input("table", 3, 3)
            .Weight("w", 6, 3).Ints("axis", 0).Node("layer", "MatMul", "x w", "h")
            .Node("ReduceSum", "state axis", "s", ("keepdims", 0)).Node("Add", "h s", "a")
            .Node("MatMul", "a table", "b").Node("Tanh", "b", "y").Output("y");
        float[] x = RandomNetworks.Samples(Samples, 6, 1), state = RandomNetworks.Samples(Samples, 6, 2),
            table = RandomNetworks.Samples(Samples, 9, 3);
        using var folder = new TemporaryFolder();
        string data = folder.Write("data.npz", DataFiles.Npz([
            ("x", DataFiles.Npy("<f4", [Samples, 6], DataFiles.Floats(x))),
            ("state", DataFiles.Npy("<f4", [Samples, 2, 1, 3], DataFiles.Floats(state))),
            ("table", DataFiles.Npy("<f4", [Samples, 3, 3], DataFiles.Floats(table)))]));
        CompilePipeline.Compile(new CompileOptions
        {
            ModelPath = folder.Write("net.onnx", m.Bytes), OutputPath = folder.At("net.cim"), Calibration = data,
        });
        using CimModel model = CimModel.Load(folder.At("net.cim"));
        for (int i = 0; i < Samples; i++)
        {
            float[] y = new float[3];
            model.Run([x.AsMemory(i * 6, 6), state.AsMemory(i * 6, 6), table.AsMemory(i * 9, 9)], [y], 1);
            float[] wanted = OnnxRuntimeReference.Run(m.Bytes, new Dictionary<string, Tensor>
            {
                ["x"] = Tensor.Create<float>(new Shape(1, 6), x.AsSpan(i * 6, 6)),
                ["state"] = Tensor.Create<float>(new Shape(2, 1, 3), state.AsSpan(i * 6, 6)),
                ["table"] = Tensor.Create<float>(new Shape(3, 3), table.AsSpan(i * 9, 9)),
            })["y"].Span<float>().ToArray();
            Assert.All(wanted.Zip(y), p => Assert.Equal(p.First, p.Second, 0.06f));
        }
    }
}
