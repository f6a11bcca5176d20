using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Fuzz;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>Operators on integers, between a QuantizeLinear and a DequantizeLinear, against ONNX Runtime: at most one integer apart,
/// since theirs round in integers and ours in real numbers.</summary>
public sealed class IntegerOperatorTests
{
    private const double OneCode = 1.5 / 127;

    /// <summary>x and constants xs, xz, ys, yz; q is the quantized x.</summary>
    private static ModelBuilder Quantized(params int[] shape) => new ModelBuilder(17).Input("x", shape).Scalar("xs", 1 / 127f)
        .Constant("xz", Tensor.Scalar((byte)128)).Node("QuantizeLinear", "x xs xz", "q");

    private static ModelBuilder Weights(ModelBuilder model, bool perChannel, int channels, params int[] shape)
    {
        var random = new Random(shape.Length + channels);
        sbyte[] values = new sbyte[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++) values[i] = (sbyte)random.Next(-127, 128);
        model.Constant("w", Tensor.Create<sbyte>(new Shape(shape), values));
        return perChannel
            ? model.Constant("ws", Tensor.Create<float>(new Shape(channels), [.. Enumerable.Range(1, channels).Select(i => 0.004f * i)]))
                .Constant("wz", Tensor.Create<sbyte>(new Shape(channels), new sbyte[channels]))
            : model.Scalar("ws", 0.01f).Constant("wz", Tensor.Scalar((sbyte)0));
    }

    private static ModelBuilder Result(ModelBuilder model, float scale) => model.Scalar("ys", scale)
        .Constant("yz", Tensor.Scalar((byte)120));

    public static TheoryData<int, bool, int, int> Convolutions
    {
        get
        {
            var data = new TheoryData<int, bool, int, int>();
            foreach ((int groups, bool perChannel, int stride, int pad) in FuzzSettings.Of(
                Gen.Select(Pick.Of(1, 2, 4), Gen.Bool, Gen.Int[1, 2], Gen.Int[0, 1]), 8).Select(c => c.Case).Distinct())
                data.Add(groups, perChannel, stride, pad);
            return data;
        }
    }

    [Theory, MemberData(nameof(Convolutions))]
    public void QLinearConv_is_a_pre_quantized_layer(int groups, bool perChannel, int stride, int pad)
    {
        ModelBuilder model = Result(Weights(Quantized(-1, 4, 6, 6), perChannel, 8, 8, 4 / groups, 3, 3), 0.05f)
            .Constant("b", Tensor.Create<int>(new Shape(8), [100, -200, 300, -400, 500, -600, 700, -800]))
            .Node("QLinearConv", "q xs xz w ws wz ys yz b", "r", ("group", groups), ("strides", new[] { stride, stride }),
                ("pads", new[] { pad, pad, pad, pad }))
            .Node("DequantizeLinear", "r ys yz", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(model, relative: OneCode);
        Assert.NotNull(Assert.Single(MvmLayers.Find(graph)).WeightDequantize);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void QLinearMatMul_is_a_pre_quantized_layer(bool perColumn)
    {
        ModelBuilder model = Result(Weights(Quantized(-1, 9), perColumn, 5, 9, 5), 0.05f)
            .Node("QLinearMatMul", "q xs xz w ws wz ys yz", "r").Node("DequantizeLinear", "r ys yz", "y").Output("y");
        Assert.NotNull(Assert.Single(MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(model, relative: OneCode))).WeightDequantize);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void QGemm_is_a_pre_quantized_layer(int transB, bool integers)
    {
        ModelBuilder model = Weights(Quantized(-1, 9), false, 5, transB == 0 ? [9, 5] : [5, 9])
            .Constant("c", Tensor.Create<int>(new Shape(5), [1000, -2000, 3000, 0, 7]));
        if (integers)
            Result(model, 0.05f).Node("com.microsoft.QGemm", "q xs xz w ws wz c ys yz", "r", ("transB", transB))
                .Node("DequantizeLinear", "r ys yz", "y");
        else model.Node("com.microsoft.QGemm", "q xs xz w ws wz c", "y", ("transB", transB));
        Graph graph = ImportAssert.SameAsOnnxRuntime(model.Output("y"), relative: integers ? OneCode : 1e-5);
        Assert.NotNull(Assert.Single(MvmLayers.Find(graph)).WeightDequantize);
    }

    [Theory]
    [InlineData("com.microsoft.QLinearAdd")]
    [InlineData("com.microsoft.QLinearMul")]
    public void Sums_and_products_of_integers(string op) =>
        ImportAssert.SameAsOnnxRuntime(Result(Quantized(-1, 3, 7), 0.02f).Scalar("zs", 0.005f).Constant("zz", Tensor.Scalar((byte)90))
            .Node("QuantizeLinear", "x zs zz", "p").Node(op, "q xs xz p zs zz ys yz", "r").Node("DequantizeLinear", "r ys yz", "y")
            .Output("y"), relative: 0.02);

    [Theory]
    [InlineData("Sigmoid", 0)]
    [InlineData("LeakyRelu", 0)]
    [InlineData("GlobalAveragePool", 0)]
    [InlineData("GlobalAveragePool", 1)]
    [InlineData("AveragePool", 0)]
    public void Functions_of_one_integer_tensor(string op, int channelsLast)
    {
        (string, object)[] attributes = op switch
        {
            "AveragePool" => [("kernel_shape", new[] { 2, 2 })],
            "GlobalAveragePool" => [("channels_last", channelsLast)],
            _ => [],
        };
        ImportAssert.SameAsOnnxRuntime(Result(Quantized(-1, 4, 4, 4), 0.01f)
            .Node($"com.microsoft.QLinear{op}", "q xs xz ys yz", "r", attributes)
            .Node("DequantizeLinear", "r ys yz", "y").Output("y"), relative: 0.05);
    }

    [Fact]
    public void Concatenated_integers_get_one_scale() =>
        ImportAssert.SameAsOnnxRuntime(Result(Quantized(-1, 3, 5), 0.01f).Scalar("zs", 0.02f).Constant("zz", Tensor.Scalar((byte)128))
            .Node("QuantizeLinear", "x zs zz", "p").Node("com.microsoft.QLinearConcat", "ys yz q xs xz p zs zz", "r", ("axis", 1))
            .Node("DequantizeLinear", "r ys yz", "y").Output("y"), relative: 0.02);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Integer_products_give_the_same_integers(bool convolution)
    {
        ModelBuilder model = Weights(
            convolution ? Quantized(-1, 4, 5, 5) : Quantized(-1, 3, 9), false, 6, convolution ? [6, 4, 3, 3] : [9, 6]);
        model.Node(convolution ? "ConvInteger" : "MatMulInteger", "q w xz wz", "i").Node("Cast", "i", "y", ("to", 1)).Output("y");
        ImportAssert.SameAsOnnxRuntime(model, relative: 0);
    }

    [Fact]
    public void Dynamic_quantization_alone_gives_the_same_integers() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(17).Input("x", -1, 3, 9).Node("DynamicQuantizeLinear", "x", "q s z")
            .Node("DequantizeLinear", "q s z", "y").Output("y"), relative: 1e-5);

    [Theory]
    [InlineData(true, "c scales", false)]
    [InlineData(true, "scales c", true)]
    [InlineData(false, "c scales", true)]
    public void Dynamically_quantized_products_become_pre_quantized_layers(bool convolution, string order, bool perChannel)
    {
        ModelBuilder model = Weights(new ModelBuilder(17).Input("x", convolution ? [-1, 4, 5, 5] : [-1, 3, 9]),
            perChannel && !convolution, 6, convolution ? [6, 4, 3, 3] : [9, 6]);
        model.Node("DynamicQuantizeLinear", "x", "q s z").Node(convolution ? "ConvInteger" : "MatMulInteger", "q w z wz", "i")
            .Node("Cast", "i", "c", ("to", 1)).Node("Mul", "s ws", "scales").Node("Mul", order, "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(model, relative: 0.02);
        Assert.NotNull(Assert.Single(MvmLayers.Find(graph)).WeightDequantize);
        Assert.DoesNotContain(graph.Nodes, n => n.Op.StartsWith("Reduce", StringComparison.Ordinal));
    }

    [Fact]
    public void Dynamically_quantized_matrix_products_of_ONNX_Runtime_become_pre_quantized_layers()
    {
        ModelBuilder model = Weights(new ModelBuilder(17).Input("x", -1, 3, 9), true, 6, 9, 6).Uniform("b", -1, 1, 6)
            .Node("com.microsoft.DynamicQuantizeMatMul", "x w ws wz b", "y").Output("y");
        Assert.NotNull(Assert.Single(MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(model, relative: 0.02))).WeightDequantize);
    }
}
