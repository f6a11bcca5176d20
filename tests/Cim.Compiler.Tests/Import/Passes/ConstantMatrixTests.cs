using Cim.Compiler.Import;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Constant matrices, float or quantized, as [outputs, inputs].</summary>
public sealed class ConstantMatrixTests
{
    [Theory]
    [InlineData(false, 1f, new[] { 1f, 4, 2, 5, 3, 6 })]
    [InlineData(false, 2f, new[] { 2f, 8, 4, 10, 6, 12 })]
    [InlineData(true, 0.5f, new[] { 0.5f, 1, 1.5f, 2, 2.5f, 3 })]
    public void A_float_matrix_is_turned_and_scaled(bool transposed, float alpha, float[] expected)
    {
        var editor = new GraphEditor(Graph("MatMul"));
        string name = ConstantMatrix.Transposed(editor, Product(editor), transposed, alpha)!;
        Assert.Equal(transposed ? new Shape(2, 3) : new Shape(3, 2), editor.ShapeOf(name));
        Assert.Equal(expected, editor.Constant(name)!.Span<float>().ToArray());
    }

    [Fact]
    public void A_matrix_in_the_right_form_keeps_its_name()
    {
        var editor = new GraphEditor(Graph("MatMul"));
        Assert.Equal("w", ConstantMatrix.Transposed(editor, Product(editor), transposed: true, 1));
    }

    [Fact]
    public void Of_a_quantized_matrix_the_integers_are_turned_and_the_scales_multiplied()
    {
        Graph graph = OnnxImporter.Import(new ModelBuilder().Input("x", -1, 2)
            .Constant("q", Tensor.Create<sbyte>(new Shape(2, 3), [1, 2, 3, 4, 5, 6]))
            .Constant("s", Tensor.Create<float>(new Shape(3), [1, 10, 100])).Node("DequantizeLinear", "q s", "w", ("axis", 1))
            .Node("product", "MatMul", "x w", "y").Output("y").Bytes, null, ImportOptions.Default with { Optimise = false });
        var editor = new GraphEditor(graph);
        Assert.True(ConstantMatrix.IsDequantized(editor, "w"));
        Node dequantize = editor.Producer(ConstantMatrix.Transposed(editor, Product(editor), transposed: false, 2)!)!;
        Assert.Equal(new sbyte[] { 1, 4, 2, 5, 3, 6 }, editor.Constant(dequantize.Inputs[0])!.Span<sbyte>().ToArray());
        Assert.Equal([2f, 20, 200], editor.Constant(dequantize.Inputs[1])!.Span<float>().ToArray());
        Assert.Equal(0, dequantize.Attributes.Int("axis", 1));
    }

    [Fact]
    public void A_matrix_that_is_computed_is_none()
    {
        Graph graph = OnnxImporter.Import(new ModelBuilder().Input("x", 2, 2).Node("Transpose", "x", "t", ("perm", new[] { 1, 0 }))
            .Node("product", "MatMul", "x t", "y").Output("y").Bytes, null, ImportOptions.Default with { Optimise = false });
        var editor = new GraphEditor(graph);
        Assert.Null(ConstantMatrix.Transposed(editor, Product(editor), transposed: false, 1));
        Assert.False(ConstantMatrix.IsDequantized(editor, "t"));
    }

    private static Graph Graph(string op) => OnnxImporter.Import(
        new ModelBuilder().Input("x", -1, 2).Constant("w", Tensor.Create<float>(new Shape(2, 3), [1, 2, 3, 4, 5, 6]))
            .Node("product", op, "x w", "y").Output("y").Bytes, null, ImportOptions.Default with { Optimise = false });

    private static Node Product(GraphEditor editor) => editor.Find("product")!;
}
