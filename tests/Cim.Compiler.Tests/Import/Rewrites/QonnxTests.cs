using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Fuzz;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>QONNX's quantizers against their formula (qonnx.custom_op.general: quant.py, trunc.py, bipolar_quant.py), which ONNX Runtime
/// does not know.</summary>
public sealed class QonnxTests
{
    private const string Domain = "qonnx.custom_op.general.";

    private static Tensor Run(ModelBuilder model, Tensor x, out Graph graph)
    {
        graph = OnnxImporter.Import(model.Output("y").Bytes, null);
        Tensor y = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = x })["y"];
        Tensor exported = OnnxRuntimeReference.Run(
            Compiler.Export.QdqModel.Create(graph), new Dictionary<string, Tensor> { ["x"] = x })["y"];
        TensorAssert.Close(y, exported, 1e-6, "exported");
        return y;
    }

    private static float Quant(float x, float scale, float zero, int bits, bool signed, bool narrow, string mode)
    {
        double low = signed ? -Math.Pow(2, bits - 1) + (narrow ? 1 : 0) : 0;
        double high = signed ? Math.Pow(2, bits - 1) - 1 : Math.Pow(2, bits) - (narrow ? 2 : 1);
        double q = Math.Clamp((x / scale) + zero, low, high);
        q = mode switch { "CEIL" => Math.Ceiling(q), "FLOOR" => Math.Floor(q), _ => Math.Round(q) };
        return (float)((q - zero) * scale);
    }

    [Fact]
    public void Quant_of_activations_equals_its_formula_and_is_pre_quantized_to_8_bits()
    {
        foreach ((int number, (int bits, bool signed, bool narrow, int zero, string mode)) in FuzzSettings.Of(Gen.Select(
            Gen.Int[2, 10], Gen.Bool, Gen.Bool, Gen.Int[0, 2], Pick.Of("ROUND", "CEIL", "FLOOR")), FuzzSettings.Cases(40)))
        {
            // Not a multiple of the scale away from a half: the last bit of the division does not decide.
            Tensor x = TensorAssert.Random(new Shape(2, 37), number, -6, 6);
            Tensor y = Run(new ModelBuilder(13).Input("x", -1, 37).Scalar("s", 0.171f).Scalar("z", zero).Scalar("b", bits)
                .Node(Domain + "Quant", "x s z b", "y", ("signed", signed ? 1 : 0), ("narrow", narrow ? 1 : 0), ("rounding_mode", mode)),
                x, out Graph graph);
            Tensor expected = Tensor.Create<float>(
                x.Shape, [.. x.Span<float>().ToArray().Select(v => Quant(v, 0.171f, zero, bits, signed, narrow, mode))]);
            TensorAssert.Close(expected, y, 1e-5, $"case {number}: {bits} bits, signed {signed}, narrow {narrow}, zero {zero}, {mode}");
            Assert.Equal(bits <= 8, graph.Nodes.Any(n => n.Op == "QuantizeLinear"));
        }
    }

    [Theory]
    [InlineData("qonnx.custom_op.general.", 4, 1)]
    [InlineData("onnx.brevitas.", 3, 0)]
    [InlineData("onnx.brevitas.", 8, 1)]
    public void Quant_of_weights_keeps_their_integers(string domain, int bits, int narrow)
    {
        ModelBuilder model = new ModelBuilder(13).Input("x", -1, 9).Weight("w", 5, 9)
            .Constant("s", Tensor.Create<float>(new Shape(5, 1), [0.02f, 0.03f, 0.05f, 0.04f, 0.06f])).Scalar("z", 0).Scalar("b", bits)
            .Scalar("as", 0.1f).Scalar("ab", 6)
            .Node(domain + "Quant", "x as z ab", "a", ("signed", 1), ("narrow", 0), ("rounding_mode", "ROUND"))
            .Node(domain + "Quant", "w s z b", "q", ("signed", 1), ("narrow", narrow), ("rounding_mode", "ROUND"))
            .Node("Transpose", "q", "t", ("perm", new[] { 1, 0 })).Node("MatMul", "a t", "y");
        Run(model, TensorAssert.Random(new Shape(2, 9), 1), out Graph graph);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.InRange(QuantizedWeights.Read(graph, layer)!.Bits, 2, bits);
        Assert.True(ActivationGroups.IsQuantized(new GraphTopology(graph), layer.Input));
    }

    [Fact]
    public void BipolarQuant_of_weights_is_binary()
    {
        Tensor x = TensorAssert.Random(new Shape(2, 9), 1);
        Tensor y = Run(new ModelBuilder(13).Input("x", -1, 9).Weight("w", 9, 5).Scalar("s", 0.25f)
            .Node(Domain + "BipolarQuant", "w s", "q").Node(Domain + "BipolarQuant", "x s", "a").Node("MatMul", "a q", "y"), x,
                out Graph graph);
        Assert.Equal(1, QuantizedWeights.Read(graph, Assert.Single(MvmLayers.Find(graph)))!.Bits);
        Assert.All(y.Span<float>().ToArray(), v => Assert.Equal(MathF.Round(v * 16), v * 16)); // sums of 1/16 and -1/16
    }

    [Fact]
    public void Trunc_drops_the_low_bits()
    {
        Tensor x = TensorAssert.Random(new Shape(2, 37), 3, 0, 25);
        Tensor first = Run(new ModelBuilder(13).Input("x", -1, 37).Scalar("s", 0.1f).Scalar("z", 0).Scalar("i", 8).Scalar("o", 4)
            .Node(Domain + "Trunc", "x s z i o", "y", ("rounding_mode", "FLOOR")), x, out _);
        TensorAssert.Close(Tensor.Create<float>(x.Shape, [.. x.Span<float>().ToArray()
            .Select(v => 0.1f * MathF.Floor(MathF.Round(v / 0.1f) / 16))]), first, 1e-5, "version 1");
        Tensor second = Run(new ModelBuilder(13).Input("x", -1, 37).Scalar("s", 0.1f).Scalar("z", 0).Scalar("i", 8).Scalar("t", 1.6f)
            .Scalar("u", 0).Scalar("o", 4)
            .Node(Domain + "Trunc", "x s z i t u o", "y", ("rounding_mode", "FLOOR"), ("signed", 0)), x, out Graph graph);
        TensorAssert.Close(Tensor.Create<float>(x.Shape, [.. x.Span<float>().ToArray()
            .Select(v => 1.6f * Math.Min(15, MathF.Floor(MathF.Round(v / 0.1f) / 16)))]), second, 1e-5, "version 2");
        Assert.Contains(graph.Nodes, n => n.Op == "QuantizeLinear");
    }

    [Fact]
    public void Channels_last_nodes_equal_the_transposed_standard_ones()
    {
        Tensor x = TensorAssert.Random(new Shape(2, 6, 5, 3), 1);
        Tensor w = TensorAssert.Random(new Shape(4, 2, 2, 3), 2);
        Tensor last = Run(new ModelBuilder(13).Input("x", -1, 6, 5, 3).Constant("w", w)
            .Node("qonnx.custom_op.channels_last.Conv", "x w", "c", ("pads", new[] { 1, 0, 1, 0 }))
            .Node("qonnx.custom_op.channels_last.MaxPool", "c", "y", ("kernel_shape", new[] { 2, 2 })), x, out Graph graph);
        byte[] plain = new ModelBuilder(13).Input("x", -1, 6, 5, 3).Constant("w", w)
            .Node("Transpose", "x", "f", ("perm", new[] { 0, 3, 1, 2 })).Node("Transpose", "w", "v", ("perm", new[] { 0, 3, 1, 2 }))
            .Node("Conv", "f v", "c", ("pads", new[] { 1, 0, 1, 0 })).Node("MaxPool", "c", "m", ("kernel_shape", new[] { 2, 2 }))
            .Node("Transpose", "m", "y", ("perm", new[] { 0, 2, 3, 1 })).Output("y").Bytes;
        TensorAssert.Close(OnnxRuntimeReference.Run(plain, new Dictionary<string, Tensor> { ["x"] = x })["y"], last, 1e-5, "y");
        Assert.Equal(2, graph.Nodes.Count(n => n.Op == "Transpose")); // those between Conv and MaxPool are gone
    }

    [Fact]
    public void A_width_that_is_computed_is_refused_with_the_reason() =>
        ImportAssert.Fails(new ModelBuilder(13).Input("x", -1, 3).Scalar("s", 1).Scalar("z", 0).Node("ReduceMax", "x", "b", ("keepdims", 0))
            .Node(Domain + "Quant", "x s z b", "y").Output("y"), ErrorCodes.UnsupportedOperators, "bit width");
}
