using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Ir;

/// <summary>The matrix view of layers: multiplied with the patches its geometry names, it gives what ONNX Runtime computes.</summary>
public sealed class MvmLayerTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void Matrix_times_patches_plus_bias_is_the_convolution(int seed)
    {
        var random = new Random(seed);
        bool oneDimensional = seed % 4 == 3;
        int groups = (seed % 3) switch { 0 => 1, 1 => 2, _ => 4 };
        int inputs = 4,
            outputs = groups * (1 + random.Next(3)),
            height = oneDimensional ? 1 : 6 + random.Next(5),
            width = 6 + random.Next(6);
        int[] kernel = Pick(random, oneDimensional, 1, 4),
            strides = Pick(random, oneDimensional, 1, 4),
            dilations = Pick(random, oneDimensional, 1, 3);
        int[] pads = [.. Pick(random, oneDimensional, 0, 3), .. Pick(random, oneDimensional, 0, 3)];
        string autoPad = (seed % 5) switch { 1 => "SAME_UPPER", 2 => "SAME_LOWER", 3 => "VALID", _ => "NOTSET" };

        // ONNX Runtime has no dilation together with automatic padding.
        if (autoPad.StartsWith("SAME", StringComparison.Ordinal)) Array.Fill(dilations, 1);
        List<(string, object)> attributes = [("group", groups), ("strides", strides), ("dilations", dilations), ("kernel_shape", kernel)];
        attributes.Add(autoPad == "NOTSET" ? ("pads", pads) : ("auto_pad", autoPad));
        ModelBuilder m = new ModelBuilder(17, seed).Input("x", oneDimensional ? [-1, inputs, width] : [-1, inputs, height, width])
            .Weight("w", [outputs, inputs / groups, .. kernel]).Weight("c", outputs)
            .Node("Conv", random.Next(2) == 0 ? "x w c" : "x w", "y", [.. attributes]).Output("y");

        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Shape output = graph.Values["y"].Shape;
        Assert.Equal(output.Bind(1).Elements / outputs, layer.PositionsPerImage);
        Tensor x = TensorAssert.Random(graph.Values["x"].Shape.Bind(2), seed);
        Tensor expected = OnnxRuntimeReference.Run(m.Bytes, new Dictionary<string, Tensor> { ["x"] = x })["y"];
        TensorAssert.Close(expected, Tensor.Create<float>(output.Bind(2), Multiply(layer, x.Span<float>(), 2)), 1e-5, $"seed {seed}");
    }

    [Fact]
    public void Attention_counts_its_products_of_activations_once_per_head()
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(Attention(), relative: 1e-4);
        Assert.True(graph.HasSymbolicBatch, "attention treats images apart");
        Assert.Equal(6, MvmLayers.Find(graph).Length);
        ImmutableArray<DynamicMatMul> products = MvmLayers.FindDynamic(graph);
        Assert.Equal([(2, 5, 4, 5), (2, 5, 5, 4)], products.Select(p => (p.Repeat, p.Positions, p.Rows, p.Columns)));
        Assert.All(MvmLayers.Find(graph).Where(l => l.Op == "Gemm" && l.NodeName != "head"), l => Assert.Equal(5, l.PositionsPerImage));
    }

    [Fact]
    public void A_vision_transformer_for_one_image_takes_a_batch()
    {
        Graph graph = OnnxImporter.Import(Attention().Bytes, null);
        Tensor batch = TensorAssert.Random(new Shape(3, 3, 8, 8), 4);
        Tensor together = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = batch })["y"];
        for (int i = 0; i < 3; i++)
        {
            var one = new Tensor(ElementType.Float32, new Shape(1, 3, 8, 8), batch.Data.Slice(i * 768, 768));
            Tensor alone = OnnxRuntimeReference.Run(Attention().Bytes, new Dictionary<string, Tensor> { ["x"] = one })["y"];
            TensorAssert.Close(alone, new Tensor(ElementType.Float32, new Shape(1, 6), together.Data.Slice(i * 24, 24)), 1e-4, "image");
        }
    }

    /// <summary>Patches, a class token, one attention block of two heads, and a head: written for one image, as exporters do.</summary>
    private static ModelBuilder Attention()
    {
        ModelBuilder m = new ModelBuilder(17, 9).Input("x", 1, 3, 8, 8).Weight("patch", 8, 3, 4, 4).Uniform("token", -1, 1, 1, 1, 8)
            .Uniform("position", -1, 1, 1, 5, 8)
            .Uniform("g", 0.5f, 1, 8).Uniform("b", -1, 1, 8).Weight("qkv", 8, 24).Uniform("qkvb", -1, 1, 24).Weight("o", 8, 8)
                .Weight("up", 8, 16).Weight("down", 16, 8).Weight("headw", 6, 8)
            .Ints("flat", 1, 8, 4).Ints("split", 1, 5, 3, 2, 4).Ints("join", 1, 5, 8).Scalar("scale", 0.5f).Ints("zero", 0).Ints("one", 1)
                .Ints("axis1", 1)
            .Ints("first", 2).Ints("i0", 0)
            .Node("Conv", "x patch", "p", ("strides", new[] { 4, 4 })).Node("Reshape", "p flat", "pf")
                .Node("Transpose", "pf", "pt", ("perm", new[] { 0, 2, 1 }))
            .Node("Concat", "token pt", "tokens", ("axis", 1)).Node("Add", "tokens position", "e")
            .Node("LayerNormalization", "e g b", "n", ("axis", -1)).Node("MatMul", "n qkv", "mixed").Node("Add", "mixed qkvb", "biased")
            .Node("Reshape", "biased split", "parts").Node("Transpose", "parts", "turned", ("perm", new[] { 0, 2, 3, 1, 4 }))
            .Node("Split", "turned", "q k v", ("axis", 1))
            .Node("Squeeze", "q axis1", "q1").Node("Squeeze", "k axis1", "k1").Node("Squeeze", "v axis1", "v1")
            .Node("Transpose", "k1", "kt", ("perm", new[] { 0, 1, 3, 2 })).Node("MatMul", "q1 kt", "s").Node("Mul", "s scale", "ss")
                .Node("Softmax", "ss", "a", ("axis", -1))
            .Node("MatMul", "a v1", "av").Node("Transpose", "av", "avt", ("perm", new[] { 0, 2, 1, 3 })).Node("Reshape", "avt join", "j")
                .Node("MatMul", "j o", "out").Node("Add", "out e", "r")
            .Node("MatMul", "r up", "u").Node("Relu", "u", "ur").Node("MatMul", "ur down", "d").Node("Add", "d r", "r2")
            .Node("Gather", "r2 zeroth", "cls", ("axis", 1)).Node("head", "Gemm", "cls headw", "y", ("transB", 1)).Output("y");
        m.Constant("zeroth", Tensor.Scalar(0L));
        return m;
    }

    private static int[] Pick(Random random, bool oneDimensional, int from, int to) =>
        oneDimensional ? [random.Next(from, to)] : [random.Next(from, to), random.Next(from, to)];

    /// <summary>The definition of <see cref="CrossbarLayer"/>, written out naively.</summary>
    private static float[] Multiply(MvmLayer layer, ReadOnlySpan<float> x, int images)
    {
        ConvolutionGeometry g = layer.Geometry!;
        ReadOnlySpan<float> w = layer.WeightMatrix.Span<float>();
        float[] y = new float[images * layer.Outputs * layer.PositionsPerImage];
        int channels = g.InputChannels / layer.Groups, at = 0;
        for (int image = 0; image < images; image++)
            for (int o = 0; o < layer.Outputs; o++)
                for (int oy = 0; oy < g.OutputHeight; oy++)
                    for (int ox = 0; ox < g.OutputWidth; ox++)
                    {
                        double sum = layer.Bias?[o] ?? 0;
                        int row = 0;
                        for (int c = 0; c < channels; c++)
                            for (int ky = 0; ky < g.KernelHeight; ky++)
                                for (int kx = 0; kx < g.KernelWidth; kx++, row++)
                                {
                                    int iy = (oy * g.StrideY) + (ky * g.DilationY) - g.PadTop,
                                        ix = (ox * g.StrideX) + (kx * g.DilationX) - g.PadLeft;
                                    if (iy < 0 || ix < 0 || iy >= g.InputHeight || ix >= g.InputWidth) continue;
                                    int channel = (o / layer.ColumnsPerGroup * channels) + c;
                                    sum += (double)w[(o * layer.RowsPerGroup) + row] * x[
                                        (((image * g.InputChannels) + channel) * g.InputHeight + iy) * g.InputWidth + ix];
                                }

                        y[at++] = (float)sum;
                    }

        return y;
    }
}
