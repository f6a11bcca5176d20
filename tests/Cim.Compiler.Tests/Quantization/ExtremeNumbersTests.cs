using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>Weights, biases and activations of any size: the compiled network is near the float one, or somebody is told.</summary>
public sealed class ExtremeNumbersTests
{
    private const int Inputs = 8, Hidden = 6, Samples = 72;

    /// <summary>x -> fc1 -> Relu -> fc2, each layer's weights and biases of their own size.</summary>
    private static ModelBuilder Network(
        float input, float first, float firstBias, float second, float secondBias, string kind = "Gemm", int seed = 1)
    {
        var m = new ModelBuilder(seed: seed).Input("x", -1, Inputs);
        m.Uniform("w1", -first, first, Hidden, Inputs).Uniform("b1", 0.5f * firstBias, firstBias, Hidden)
            .Uniform("w2", -second, second, 3, Hidden).Uniform("b2", -secondBias, secondBias, 3);
        m.Node("fc1", "Gemm", "x w1 b1", "a", ("transB", 1)).Node("Relu", "a", "r");
        if (kind == "MatMul")
            m.Uniform("w3", -second, second, Hidden, 3).Node("fc2", "MatMul", "r w3", "p").Node("add", "Add", "p b2", "y");
        else m.Node("fc2", "Gemm", "r w2 b2", "y", ("transB", 1));
        return m.Output("y");
    }

    private static float[] Data(float size, int count = Samples) => [.. RandomNetworks.Samples(count, Inputs, 5).Select(v => v * size)];

    [Theory]
    [InlineData("Gemm", 1e-9f, 9f)]
    [InlineData("MatMul", 1e-9f, 9f)]
    [InlineData("Gemm", 0.5f, 1e8f)]
    [InlineData("MatMul", 0.5f, -1e6f)]
    [InlineData("Gemm", 1e-30f, 1f)]
    public void A_bias_the_accumulator_cannot_hold_is_kept(string kind, float weights, float bias)
    {
        using var c = new SmallCompilation(Network(1, 0.5f, 0.1f, weights, bias, kind), Data(1));
        c.Compile();
        Assert.True(c.Difference() < 1e-3, $"{c.Difference()}");
    }

    [Theory]
    [InlineData("nearest", 8, null, null)]
    [InlineData("compensated", 4, null, null)]
    [InlineData("learned", 4, null, null)]
    [InlineData("auto", 3, null, null)]
    [InlineData("auto", 1, null, null)]
    [InlineData("auto", 8, "0.4", null)]
    [InlineData("auto", 4, null, "0.2")]
    public void However_weights_are_chosen_such_a_bias_is_kept(string rounding, int bits, string? strips, string? merge)
    {
        using var c = new SmallCompilation(Network(1, 0.5f, 0.1f, 1e-9f, 9f), Data(1));
        c.Compile(o => o with
        {
            Hardware = "nju-32", Rounding = rounding, WeightBits = bits,
            Strips = strips is null
                ? null
                : StripOptions.Parse(strips, null, "strip"), Merge = merge is null ? null
                : ColumnSharingOptions.Parse(merge, "auto"),
        });
        Assert.True(c.Difference() < 1e-3, $"{c.Difference()}");
    }

    [Fact]
    public void Training_keeps_such_a_bias()
    {
        using var c = new SmallCompilation(Network(1, 0.5f, 0.1f, 1e-9f, 9f), Data(1));
        c.Compile(o => o with { WeightBits = 4, Training = o.Calibration, Epochs = 1 });
        Assert.True(c.Difference() < 0.2, $"{c.Difference()}");
    }

    [Fact]
    public void A_convolution_keeps_such_a_bias_on_its_channels()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 2, 2).Uniform("w", -1e-9f, 1e-9f, 4, 2, 1, 1).Uniform("b", -5, 5, 4)
            .Node("conv", "Conv", "x w b", "y", ("kernel_shape", new[] { 1, 1 })).Output("y");
        using var c = new SmallCompilation(m, Data(1));
        c.Compile();
        Assert.True(c.Difference() < 1e-3, $"{c.Difference()}");
    }

    [Fact]
    public void A_layer_behind_tiny_activations_keeps_its_bias()
    {
        using var c = new SmallCompilation(Network(1, 1e-10f, 1e-10f, 0.3f, 5f), Data(1));
        c.Compile();
        Assert.True(c.Difference() < 1e-3, $"{c.Difference()}");
    }

    [Theory]
    [InlineData(1e18f, 4)]
    [InlineData(1e18f, 8)]
    [InlineData(1e25f, 3)]
    [InlineData(1e-25f, 4)]
    [InlineData(1e-33f, 8)]
    public void Weights_of_any_size_are_quantized_like_others(float size, int bits)
    {
        using var scaled = new SmallCompilation(Network(1, size, size, 0.5f, 0.1f * size), Data(1));
        using var plain = new SmallCompilation(Network(1, 1, 1, 0.5f, 0.1f), Data(1));
        scaled.Compile(o => o with { WeightBits = bits, Rounding = "compensated" });
        plain.Compile(o => o with { WeightBits = bits, Rounding = "compensated" });
        Assert.DoesNotContain("CIM3004", scaled.Warnings);
        Assert.True(scaled.Difference() <= (1.5 * plain.Difference()) + 0.02, $"{scaled.Difference()} against {plain.Difference()}");
    }

    [Fact]
    public void Numbers_of_any_size_are_near_the_float_network_or_told_of()
    {
        Gen<float> size = Gen.Int[-30, 30].Select(e => MathF.Pow(10, e));
        Gen<(float, float, float, float, float)> cases = Gen.Select(size, size, size, size, size);
        foreach ((int number, (float input, float w1, float b1, float w2, float b2)) in FuzzSettings.Of(cases, FuzzSettings.Cases(40)))
        {
            using var c = new SmallCompilation(
                Network(input, w1, b1, w2, b2, number % 2 == 0 ? "Gemm" : "MatMul", seed: number + 1), Data(input, 24));
            try
            {
                c.Compile();
            }
            catch (CimException e) when (e.Code is ErrorCodes.InvalidData or ErrorCodes.NonFiniteWeight)
            {
                continue; // The float network itself leaves the range of 32-bit floats.
            }

            // A float network whose outputs all are below what 32-bit floats hold with their digits says nothing to compare with.
            if (c.Float().All(v => MathF.Abs(v) < 1e-37f)) continue;
            Assert.True(c.Difference() < 0.1
                || c.Warnings.Contains(ErrorCodes.LayerFarFromFloat),
                $"case {number}, input {input} weights {w1} {w2} biases {b1} {b2}: {c.Difference()}, {string.Join(' ', c.Warnings)}");
        }
    }

    [Fact]
    public void A_quantized_model_with_a_real_bias_beyond_32_bits_keeps_it()
    {
        ModelBuilder m = new ModelBuilder(opset: 13).Input("x", -1, 4).Scalar("s", 1e-6f).Constant("z", Tensor.Scalar((sbyte)0))
            .Constant("w", Tensor.Create<sbyte>(new Shape(4, 2), [1, 2, 3, 4, -5, 6, 7, -8])).Scalar("ws", 1e-6f)
                .Constant("b", Tensor.Create(new Shape(2), [3f, -2f]))
            .Node("QuantizeLinear", "x s z", "q").Node("DequantizeLinear", "q s z", "d").Node("DequantizeLinear", "w ws z", "wd")
            .Node("fc", "MatMul", "d wd", "p").Node("Add", "p b", "y").Output("y");
        using var c = new SmallCompilation(m, [.. Enumerable.Range(0, 80).Select(i => 1e-5f * (i % 7))]);
        c.Compile();
        Assert.True(c.Difference() < 1e-6, $"{c.Difference()}");
    }

    [Fact]
    public void A_layer_of_which_only_the_calibration_samples_are_small_is_named()
    {
        using var c = new SmallCompilation(
            Network(1, 0.5f, 0.1f, 0.5f, 0.1f), Data(1e-3f), [.. Enumerable.Range(0, Samples).Select(i => (long)(i % 3))]);
        string evaluation = c.Write("big.npz", Data(1), [.. Enumerable.Range(0, Samples).Select(i => (long)(i % 3))]);
        CompileResult result = c.Compile(o => o with { Evaluation = evaluation });
        Assert.Contains(
            result.Warnings, w => w.Code == ErrorCodes.LayerFarFromFloat && w.Message.Contains("fc1", StringComparison.Ordinal));
    }

    [Fact]
    public void The_QDQ_model_with_such_a_bias_gives_the_same_numbers()
    {
        using var c = new SmallCompilation(Network(1, 0.5f, 0.1f, 1e-9f, 9f), Data(1));
        c.Compile(o => o with { ExportQdqPath = c.At("qdq.onnx") });
        using var session = new InferenceSession(c.At("qdq.onnx"));
        using var run = new Microsoft.ML.OnnxRuntime.RunOptions();
        using OrtValue x = OrtValue.CreateTensorValueFromMemory(Data(1), [Samples, Inputs]);
        using var y = session.Run(run, new Dictionary<string, OrtValue> { ["x"] = x }, ["y"]);
        Assert.All(y[0].GetTensorDataAsSpan<float>().ToArray().Zip(c.Compiled()), p => Assert.Equal(p.First, p.Second, 1e-3f));
    }
}
