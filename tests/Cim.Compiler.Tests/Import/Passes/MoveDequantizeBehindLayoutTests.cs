using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards nothing lies between dequantized constants and their reader.</summary>
public sealed class MoveDequantizeBehindLayoutTests
{
    [Fact]
    public void Quantized_weights_behind_a_transpose_keep_their_integers()
    {
        sbyte[] q = [.. Enumerable.Range(0, 30).Select(i => (sbyte)(i * 4 - 60))];
        ModelBuilder m = new ModelBuilder().Input("x", -1, 5).Constant("q", Tensor.Create<sbyte>(new Shape(6, 5), q))
            .Uniform("s", 0.01f, 0.02f, 6).Constant("z", Tensor.Create<sbyte>(new Shape(6), new sbyte[6]))
            .Node("DequantizeLinear", "q s z", "w", ("axis", 0)).Node("Transpose", "w", "t", ("perm", new[] { 1, 0 }))
                .Node("MatMul", "x t", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        MvmLayer layer = Assert.Single(MvmLayers.Find(graph));
        Assert.NotNull(layer.WeightDequantize);
        Assert.Equal(["DequantizeLinear", "Gemm"], graph.Nodes.Select(n => n.Op));
        Assert.Equal(q, graph.Constants[layer.WeightName].Span<sbyte>().ToArray());
    }

    [Fact]
    public void A_reshape_moves_where_one_scale_serves_all()
    {
        sbyte[] q = [.. Enumerable.Range(0, 12).Select(i => (sbyte)(i - 6))];
        Graph graph = ImportAssert.PassKeepsResults(
            Reshaped(q, m => m.Scalar("s", 0.5f).Constant("z", Tensor.Scalar((sbyte)0))), new MoveDequantizeBehindLayout());
        Assert.Equal(["DequantizeLinear", "MatMul"], graph.Nodes.Select(n => n.Op));
        Assert.Equal(q, graph.Constants[graph.Nodes[0].Inputs[0]].Span<sbyte>().ToArray());
    }

    [Fact]
    public void A_reshape_stays_where_scales_go_with_an_axis_it_destroys()
    {
        sbyte[] q = [.. Enumerable.Range(0, 12).Select(i => (sbyte)(i - 6))];
        Graph graph = ImportAssert.PassKeepsResults(
            Reshaped(q, m => m.Uniform("s", 0.1f, 1, 2).Constant("z", Tensor.Create<sbyte>(new Shape(2), [0, 0]))),
            new MoveDequantizeBehindLayout());
        Assert.Equal(["DequantizeLinear", "Reshape", "MatMul"], graph.Nodes.Select(n => n.Op));
    }

    private static ModelBuilder Reshaped(sbyte[] q, Func<ModelBuilder, ModelBuilder> scales) =>
        scales(new ModelBuilder().Input("x", -1, 4).Constant("q", Tensor.Create<sbyte>(new Shape(2, 6), q)).Ints("shape", 4, 3))
            .Node("DequantizeLinear", "q s z", "w", ("axis", 0)).Node("Reshape", "w shape", "v").Node("MatMul", "x v", "y").Output("y");
}
