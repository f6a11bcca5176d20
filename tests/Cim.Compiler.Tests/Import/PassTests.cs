using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>Each pass by what is true afterwards, and that the network still computes what ONNX Runtime says.</summary>
public sealed class PassTests
{
    private static ModelBuilder Statistics(ModelBuilder m, string name, int channels) => m
        .Uniform(name + "g", 0.5f, 1.5f, channels).Uniform(name + "b", -1, 1, channels)
        .Uniform(name + "m", -0.5f, 0.5f, channels).Uniform(name + "v", 0.2f, 2, channels);

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(6, false)]
    public void Batch_normalization_behind_a_convolution_disappears(int groups, bool bias)
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 6, 9, 8).Weight("w", 12, 6 / groups, 3, 3).Weight("c", 12);
        Statistics(m, "n", 12).Node(
            "Conv", bias ? "x w c" : "x w", "y", ("group", groups), ("pads", new[] { 1, 0, 2, 1 }), ("strides", new[] { 2, 1 }))
            .Node("BatchNormalization", "y ng nb nm nv", "z", ("epsilon", 1e-3f)).Node("Relu", "z", "r").Output("r");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(["Conv", "Relu"], graph.Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Batch_normalization_behind_a_matrix_product_disappears_even_as_the_graph_output()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 10).Weight("w", 10, 7);
        Statistics(m, "n", 7).Node("MatMul", "x w", "y").Node("BatchNormalization", "y ng nb nm nv", "z").Output("z");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal("z", Assert.Single(graph.Nodes).Outputs[0]);
    }

    [Fact]
    public void Batch_normalization_without_a_layer_before_it_becomes_scale_and_shift()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4, 5, 5);
        Statistics(m, "n", 4).Node("Relu", "x", "y").Node("BatchNormalization", "y ng nb nm nv", "z").Output("z");
        Assert.Equal(["Relu", "Mul", "Add"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void A_convolution_read_twice_keeps_its_batch_normalization_apart()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 5, 5).Weight("w", 4, 3, 1, 1);
        Statistics(m, "n", 4).Node("Conv", "x w", "y").Node("BatchNormalization", "y ng nb nm nv", "z").Node("Add", "y z", "s").Output("s");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Contains(graph.Nodes, n => n.Op == "Mul");
    }

    [Fact]
    public void Scales_and_shifts_around_a_layer_are_folded_into_it()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4, 6, 6).Weight("w", 8, 2, 3, 3)
            .Uniform("s1", 0.5f, 2, 4, 1, 1).Uniform("t1", -1, 1, 1, 4, 1, 1).Scalar("d", 3.5f).Uniform("s2", -2, 2, 1, 8, 1, 1)
                .Uniform("t2", -1, 1, 8, 1, 1)
            .Node("Sub", "x t1", "a").Node("Mul", "s1 a", "b").Node("Conv", "b w", "y", ("group", 2))
            .Node("Add", "t2 y", "c").Node("Mul", "c s2", "e").Node("Div", "e d", "f").Output("f");
        Assert.Equal("Conv", Assert.Single(ImportAssert.SameAsOnnxRuntime(m).Nodes).Op);
    }

    [Fact]
    public void A_shift_before_a_padded_convolution_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 6, 6).Weight("w", 3, 2, 3, 3).Scalar("t", 0.7f).Scalar("s", 2)
            .Node("Add", "x t", "a").Node("Mul", "a s", "b").Node("Conv", "b w", "y", ("pads", new[] { 1, 1, 1, 1 })).Output("y");
        Assert.Equal(["Add", "Conv"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Zero_padding_in_front_of_convolutions_is_folded_into_all_of_them()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 6, 7).Weight("w", 3, 2, 3, 3).Weight("v", 3, 2, 3, 3)
            .Ints("p", 0, 0, 1, 0, 0, 0, 2, 1)
            .Node("Pad", "x p", "a").Node("Conv", "a w", "y", ("pads", new[] { 0, 1, 0, 1 }))
                .Node("Conv", "a v", "z", ("pads", new[] { 0, 1, 0, 1 }))
            .Node("Add", "y z", "s").Output("s");
        Assert.Equal(["Conv", "Conv", "Add"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Padding_with_another_value_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 6, 6).Weight("w", 3, 2, 3, 3).Ints("p", 0, 0, 1, 1, 0, 0, 1, 1).Scalar("c", 1)
            .Node("Pad", "x p c", "a").Node("Conv", "a w", "y").Output("y");
        Assert.Equal(["Pad", "Conv"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    public static TheoryData<int, int, float, float, string> GemmForms
    {
        get
        {
            var data = new TheoryData<int, int, float, float, string>();
            foreach (int transA in (int[])[0, 1])
                foreach (int transB in (int[])[0, 1])
                    foreach (string c in (string[])["none", "scalar", "row", "vector", "column", "full"])
                        data.Add(transA, transB, transA == 0 ? 1 : 0.5f, transB == 0 ? 1 : 2f, c);
            return data;
        }
    }

    [Theory, MemberData(nameof(GemmForms))]
    public void Every_form_of_Gemm_becomes_the_one_form(int transA, int transB, float alpha, float beta, string bias)
    {
        ModelBuilder m = new ModelBuilder().Input("x", transA == 0 ? [4, 5] : [5, 4]).Weight("w", transB == 0 ? [5, 6] : [6, 5]);
        if (bias == "scalar") m.Scalar("c", 0.3f);
        if (bias == "row") m.Uniform("c", -1, 1, 1, 6);
        if (bias == "vector") m.Uniform("c", -1, 1, 6);
        if (bias == "column") m.Uniform("c", -1, 1, 4, 1);
        if (bias == "full") m.Uniform("c", -1, 1, 4, 6);
        m.Node("Gemm", bias == "none" ? "x w" : "x w c", "y", ("transA", transA), ("transB", transB), ("alpha", alpha), ("beta", beta))
            .Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Node gemm = Assert.Single(graph.Nodes, n => n.Op == "Gemm");
        Assert.Equal(1, gemm.Attributes.Int("transB", 0));
        Assert.Equal(["transB"], gemm.Attributes.Values.Keys);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.Equal((5, 6), (layer.RowsPerGroup, layer.ColumnsPerGroup));
    }

    [Theory]
    [InlineData(new[] { -1, 5 }, 1)]
    [InlineData(new[] { -1, 7, 5 }, 7)]
    [InlineData(new[] { -1, 2, 3, 5 }, 6)]
    public void A_product_with_a_constant_matrix_and_the_sum_behind_it_become_one_Gemm(int[] input, int positions)
    {
        ModelBuilder m = new ModelBuilder().Input("x", input).Weight("w", 5, 6).Weight("c", 6).Node("MatMul", "x w", "y")
            .Node("Add", "c y", "z").Node("Relu", "z", "r").Output("r");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.DoesNotContain(graph.Nodes, n => n.Op is "MatMul" or "Add");
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.Equal((5, 6, positions, "Gemm"), (layer.RowsPerGroup, layer.ColumnsPerGroup, layer.PositionsPerImage, layer.Op));
        Assert.NotNull(layer.Bias);
    }

    [Fact]
    public void Quantized_weights_keep_their_integers_when_they_are_turned()
    {
        var random = new Random(5);
        sbyte[] q = [.. Enumerable.Range(0, 30).Select(_ => (sbyte)random.Next(-127, 128))];
        ModelBuilder m = new ModelBuilder().Input("x", -1, 5).Constant("q", Tensor.Create<sbyte>(new Shape(5, 6), q))
            .Uniform("s", 0.01f, 0.02f, 6)
            .Constant("z", Tensor.Create<sbyte>(new Shape(6), new sbyte[6]))
            .Node("DequantizeLinear", "q s z", "w", ("axis", 1)).Node("MatMul", "x w", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.NotNull(layer.WeightDequantize);
        Assert.Equal(ElementType.Int8, graph.Constants[layer.WeightName].Type);
        Assert.Equal(new Shape(6, 5), graph.Constants[layer.WeightName].Shape);
    }

    [Fact]
    public void Weights_quantized_in_the_graph_become_integer_constants()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4, 6, 6).Weight("w", 8, 4, 3, 3).Scalar("s", 0.01f)
            .Constant("z", Tensor.Scalar((sbyte)0)).Scalar("sx", 0.02f).Constant("zx", Tensor.Scalar((byte)128))
            .Node("QuantizeLinear", "w s z", "q").Node("DequantizeLinear", "q s z", "d")
            .Node("QuantizeLinear", "x sx zx", "qx").Node("DequantizeLinear", "qx sx zx", "dx").Node("Conv", "dx d", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(["QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "Conv"],
            graph.Nodes.Select(n => n.Op).OrderByDescending(o => o, StringComparer.Ordinal));
        Assert.Equal(ElementType.Int8, graph.Constants[MvmLayers.Find(graph)[0].WeightName].Type);
    }

    [Fact]
    public void A_reshape_whose_target_is_computed_from_the_batch_gets_a_constant_one()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 4).Ints("zero", 0).Ints("rest", -1).Ints("axis", 0)
            .Node("Shape", "x", "shape").Node("Gather", "shape zero", "n", ("axis", 0)).Node("Concat", "n rest", "target", ("axis", 0))
            .Node("Reshape", "x target", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal("Reshape", Assert.Single(graph.Nodes).Op);
        Assert.Equal(new Shape(-1, 12), graph.Values["y"].Shape);
    }

    [Fact]
    public void A_model_for_one_image_takes_many_if_it_treats_them_apart()
    {
        ModelBuilder m = new ModelBuilder().Input("x", 1, 3, 8, 8).Weight("w", 4, 3, 3, 3).Ints("flat", 1, 144).Ints("heads", 1, 12, 12)
            .Weight("v", 12, 5)
            .Node("Conv", "x w", "a").Node("Transpose", "a", "b", ("perm", new[] { 0, 2, 3, 1 })).Node("Reshape", "b flat", "c")
            .Node("Reshape", "c heads", "d").Node("MatMul", "d v", "e").Node("Softmax", "e", "f", ("axis", -1)).Output("f");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(new Shape(-1, 12, 5), graph.Values["f"].Shape);

        Tensor batch = TensorAssert.Random(new Shape(3, 3, 8, 8), 2);
        Tensor together = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = batch })["f"];
        for (int i = 0; i < 3; i++)
        {
            var one = new Tensor(ElementType.Float32, new Shape(1, 3, 8, 8), batch.Data.Slice(i * 192 * 4, 192 * 4));
            Tensor alone = OnnxRuntimeReference.Run(m.Bytes, new Dictionary<string, Tensor> { ["x"] = one })["f"];
            TensorAssert.Close(
                alone, new Tensor(ElementType.Float32, new Shape(1, 12, 5), together.Data.Slice(i * 240, 240)), 1e-5, "image");
        }
    }

    [Theory]
    [InlineData("ReduceMean over the batch")]
    [InlineData("Softmax over the batch")]
    [InlineData("Transpose of the batch")]
    [InlineData("constant per row")]
    public void A_model_that_mixes_along_the_batch_keeps_its_batch_of_one(string mixture)
    {
        ModelBuilder m = new ModelBuilder().Input("x", 1, 4).Ints("axes", 0).Uniform("k", -1, 1, 2, 4);
        _ = mixture switch
        {
            "ReduceMean over the batch" => m.Node("ReduceMean", "x", "y", ("axes", new[] { 0 }), ("keepdims", 1)),
            "Softmax over the batch" => m.Node("Softmax", "x", "y", ("axis", 0)),
            "Transpose of the batch" => m.Node("Transpose", "x", "y", ("perm", new[] { 1, 0 })),
            _ => m.Node("Add", "x k", "y"),
        };
        Assert.False(ImportAssert.SameAsOnnxRuntime(m.Output("y")).HasSymbolicBatch);
    }

    [Fact]
    public void A_model_for_a_fixed_number_of_images_takes_any()
    {
        ModelBuilder m = new ModelBuilder().Input("x", 4, 2, 3).Ints("flat", 4, 6).Weight("w", 6, 5).Node("Reshape", "x flat", "f")
            .Node("MatMul", "f w", "y").Output("y");
        Graph graph = OnnxImporter.Import(m.Bytes, null);
        Assert.Equal(new Shape(-1, 5), graph.Values["y"].Shape);
        Tensor x = TensorAssert.Random(new Shape(4, 2, 3), 3);
        var inputs = new Dictionary<string, Tensor> { ["x"] = x };
        TensorAssert.Close(OnnxRuntimeReference.Run(m.Bytes, inputs)["y"], GraphEvaluator.Run(graph, inputs)["y"], 1e-5, "y");
    }

    [Fact]
    public void A_free_batch_with_a_reshape_written_for_one_image_is_freed_again()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 3).Ints("flat", 1, 6).Weight("w", 6, 5).Node("Reshape", "x flat", "f")
            .Node("MatMul", "f w", "y").Output("y");
        Assert.Equal(new Shape(-1, 5), ImportAssert.SameAsOnnxRuntime(m, batch: 1).Values["y"].Shape);
    }

    [Fact]
    public void Nodes_that_pass_their_input_on_and_chains_of_reshapes_disappear()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3, 4).Ints("a", -1, 12).Ints("b", -1, 2, 6).Ints("nopad", 0, 0, 0, 0, 0, 0)
            .Node("Identity", "x", "i").Node("Dropout", "i", "d").Node("Pad", "d nopad", "p")
                .Node("Transpose", "p", "t", ("perm", new[] { 0, 1, 2 }))
            .Node("Reshape", "t a", "r").Node("Reshape", "r b", "s").Node("Relu", "s", "u").Node("Identity", "u", "y").Output("y");
        Assert.Equal(["Reshape", "Relu"], ImportAssert.SameAsOnnxRuntime(m).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Nodes_nobody_needs_disappear()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Exp", "x", "unused").Node("Relu", "x", "y").Output("y");
        Assert.Equal("Relu", Assert.Single(ImportAssert.SameAsOnnxRuntime(m).Nodes).Op);
    }

    [Fact]
    public void The_graph_is_dumped_after_each_pass()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Node("Relu", "x", "y").Output("y");
            OnnxImporter.Import(m.Bytes, null, ImportOptions.Default with { DumpDirectory = folder });
            string[] files = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
            Assert.Equal("00-Start.txt", files[0]);
            Assert.Contains(files, f => f.EndsWith("-FoldBatchNormalization.txt", StringComparison.Ordinal));
            Assert.Contains("y: Float32[N,3] = Relu(x)", File.ReadAllText(Path.Combine(folder, files[^1])), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
