using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards every product with a constant matrix is a Gemm of one form.</summary>
public sealed class NormaliseMatrixProductsTests
{
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
    public void Left_constant_matrices_are_layers_too()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 5, 7).Weight("mix", 3, 5).Node("MatMul", "mix x", "y").Node("Relu", "y", "z")
            .Output("z");
        MvmLayer layer = Assert.Single(MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(m)));
        Assert.Equal((5, 3, 7), (layer.RowsPerGroup, layer.ColumnsPerGroup, layer.PositionsPerImage));
    }
}
