using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Export;

/// <summary>The QDQ model is for other people's ONNX Runtime, with its default options.</summary>
public sealed class QdqModelTests
{
    /// <summary>Quantizers of signed values that ONNX Runtime moves over the operators between.</summary>
    private static ModelBuilder Moved(string kind)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 4, 4).Weight("w", 3, kind == "pool" ? 8 : 32);
        m.Node("LeakyRelu", "x", "a", ("alpha", 0.1f));
        if (kind == "pool") m.Node("MaxPool", "a", "b", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        else
        {
            m.Ints("zero", 0).Ints("one", 1).Ints("two", 2).Ints("axis", 1)
                .Node("Slice", "a zero one axis", "left").Node("Slice", "a one two axis", "right")
                    .Node("Concat", "right left", "b", ("axis", 1));
        }

        return m.Node("Flatten", "b", "f").Node("fc", "Gemm", "f w", "y", ("transB", 1)).Output("y");
    }

    [Theory]
    [InlineData("pool")]
    [InlineData("concat")]
    public void It_is_loaded_with_default_options_and_gives_the_numbers_of_the_compiled_network(string kind)
    {
        const int Samples = 12, Elements = 32;
        float[] x = RandomNetworks.Samples(Samples, Elements, 2);
        using var c = new SmallCompilation(Moved(kind), x);
        c.Compile(o => o with { ExportQdqPath = c.At("qdq.onnx") });
        using (new InferenceSession(c.At("qdq.onnx"))) { }
        // By default 8-bit kernels of processors without VNNI add pairs of products in saturating 16 bits, which are other numbers.
        using var exact = new SessionOptions();
        exact.AddSessionConfigEntry("session.x64quantprecision", "1");
        using var session = new InferenceSession(c.At("qdq.onnx"), exact);
        using var run = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(x, [Samples, 2, 4, 4]);
        using var y = session.Run(run, new Dictionary<string, OrtValue> { ["x"] = input }, ["y"]);
        Assert.All(y[0].GetTensorDataAsSpan<float>().ToArray().Zip(c.Compiled()), p => Assert.Equal(p.First, p.Second, 0.05f));
    }

    [Theory]
    [InlineData("kept unread")]
    [InlineData("unread kept")]
    public void Outputs_of_Split_nobody_reads_keep_a_name(string outputs)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 6).Ints("parts", 3, 3).Weight("w", 2, 3)
            .Node("Split", "x parts", outputs, ("axis", 1)).Node("fc", "Gemm", "kept w", "y", ("transB", 1)).Output("y");
        Assert.DoesNotContain("", OnnxExporter.Export(RandomNetworks.Import(m.Bytes)).Graph.Node.Single(n => n.OpType == "Split").Output);
        using var c = new SmallCompilation(m, RandomNetworks.Samples(10, 6, 4));
        c.Compile(o => o with { ExportQdqPath = c.At("qdq.onnx") });
        Assert.True(c.Difference() < 0.05, $"{c.Difference()}");
        using var session = new InferenceSession(c.At("qdq.onnx"));
    }

    [Fact]
    public void Nodes_added_on_the_way_have_names_of_their_own()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4).Weight("w", 3, 4).Weight("v", 2, 3)
            .Node("x_QuantizeLinear_clip", "Gemm", "x w", "a", ("transB", 1)).Node("Clip", "Relu", "a", "r")
                .Node("Add", "Gemm", "r v", "y", ("transB", 1)).Output("y");
        using var c = new SmallCompilation(m, RandomNetworks.Samples(20, 4, 4));
        c.Compile(o => o with { ActivationBits = 4, Training = o.Calibration, Epochs = 1, ExportQdqPath = c.At("qdq.onnx") });
        Assert.True(c.Difference() < 0.5, $"{c.Difference()}");
        using var session = new InferenceSession(c.At("qdq.onnx"));
    }
}
