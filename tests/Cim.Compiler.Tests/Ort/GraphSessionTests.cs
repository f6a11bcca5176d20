using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Tests.Ort;

/// <summary>Sessions of graphs: large constants, memory of runs, cancellation.</summary>
public sealed class GraphSessionTests
{
    [Fact]
    public void A_constant_that_is_fed_gives_what_one_inside_the_model_gives()
    {
        const int Rows = 2100, Columns = 2048;
        Graph graph = RandomNetworks.Import(Product(Rows, Columns));
        Assert.Contains(graph.Constants.Values, c => c.Length > LargeConstant.Elements);
        GraphInput input = GraphInput.Of(graph);
        SampleRun run = input.Split(0, 3, RandomNetworks.Samples(3, Rows, 5));
        using OnnxSession fed = GraphSession.Open(graph, default), inside = new(OnnxExporter.Export(graph).ToByteArray(), "product");
        Assert.Single(fed.Constants);
        using IDisposableReadOnlyCollection<OrtValue> a = fed.Run(run, ["y"]), b = inside.Run(run, ["y"]);
        float[] wanted = b[0].GetTensorDataAsSpan<float>().ToArray(), actual = a[0].GetTensorDataAsSpan<float>().ToArray();
        double largest = wanted.Max(Math.Abs);
        Assert.All(wanted.Zip(actual), p => Assert.InRange(p.Second, p.First - (1e-4 * largest), p.First + (1e-4 * largest)));
    }

    [Fact]
    public void A_cancelled_run_ends_as_cancelled_not_as_a_fault_of_the_network()
    {
        Graph graph = RandomNetworks.Import(RandomNetworks.Chain(1));
        GraphInput input = GraphInput.Of(graph);
        using var source = new CancellationTokenSource();
        using OnnxSession session = GraphSession.Open(graph, source.Token);
        SampleRun run = input.Split(0, 2, RandomNetworks.Samples(2, input.SampleElements, 3));
        using (session.Run(run, ["y"])) source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => session.Run(run, ["y"]));
        Assert.ThrowsAny<OperationCanceledException>(() => GraphSession.Open(graph, source.Token));
    }

    [Fact]
    public void An_index_beyond_its_table_is_the_fault_of_the_samples()
    {
        byte[] model = new ModelBuilder().Input("x", -1, 3).Weight("w", 4, 2).Node("Cast", "x", "i", ("to", 7))
            .Node("Gather", "w i", "y", ("axis", 0)).Output("y").Bytes;
        using OnnxSession session = new(model, "table");
        using OrtValue known = OnnxSession.Tensor(new float[] { 0, 3, -4 }, [1, 3]);
        using OrtValue unknown = OnnxSession.Tensor(new float[] { 0, 4, 1 }, [1, 3]);
        using (session.Run(new Dictionary<string, OrtValue> { ["x"] = known }, ["y"])) { }
        var error = Assert.Throws<CimException>(() => session.Run(new Dictionary<string, OrtValue> { ["x"] = unknown }, ["y"]));
        Assert.Equal(ErrorCodes.InvalidInputValue, error.Code);
        Assert.Contains("[-4,3]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_of_a_run_take_no_more_than_their_share_of_memory()
    {
        foreach (int size in new[] { 8, 64, 512, 1500 })
        {
            Graph graph = RandomNetworks.Import(Image(size));
            long values = 3L * size * size;
            foreach (int wanted in new[] { 1, 16, 64 })
            {
                int batch = GraphMemory.Batch(graph, wanted);
                Assert.InRange(batch, 1, wanted);
                Assert.True(batch == 1 || batch * values <= 1 << 22);
                Assert.True(batch == wanted || (batch + 1) * values > 1 << 22); // and no fewer than fit
            }

            int samples = GraphMemory.Samples(graph);
            Assert.True(samples == 1 || 4 * samples * values <= 1 << 26);
        }
    }

    private static byte[] Product(int rows, int columns) => new ModelBuilder().Input("x", -1, rows).Weight("w", rows, columns)
        .Node("MatMul", "x w", "y").Output("y").Bytes;

    private static byte[] Image(int size) => new ModelBuilder().Input("x", -1, 3, size, size).Weight("w", 3, 3, 1, 1)
        .Node("Conv", "x w", "y").Output("y").Bytes;
}
