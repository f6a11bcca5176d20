using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards nothing is computed that does not depend on the inputs, but for dequantized integers.</summary>
public sealed class FoldConstantsTests
{
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
    public void What_depends_on_constants_alone_is_computed_once()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Uniform("a", -1, 1, 3).Uniform("b", 1, 2, 3)
            .Node("Div", "a b", "c").Node("Exp", "c", "d").Node("Add", "x d", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m, ImportOptions.Default with { Optimise = false });
        Assert.Equal("Add", Assert.Single(graph.Nodes).Op);
    }

    [Fact]
    public void What_follows_from_quantized_constants_stays_with_their_integers()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Constant("q", Tensor.Create<sbyte>(new Shape(3), [1, 2, 3])).Scalar("s", 0.5f)
            .Node("DequantizeLinear", "q s", "d").Node("Abs", "d", "e").Node("Add", "x e", "y").Output("y");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m, ImportOptions.Default with { Optimise = false });
        Assert.Equal(["DequantizeLinear", "Abs", "Add"], graph.Nodes.Select(n => n.Op));
    }

    [Fact]
    public void Constants_computed_from_constants_have_a_limit()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Ints("big", 1 << 9, 1 << 9).Output("y");
        for (int i = 0; i < 4; i++) m.Node("ConstantOfShape", "big", $"c{i}");
        m.Node("Concat", "c0 c1 c2 c3", "c", ("axis", 0)).Node("ReduceMean", "c", "s", ("keepdims", 0)).Node("Add", "x s", "y");
        CimException e = Assert.Throws<CimException>(
            () => OnnxImporter.Import(m.Bytes, null, ImportOptions.Default with { MaxFoldedBytes = 1 << 20 }));
        Assert.Equal(ErrorCodes.InvalidGraph, e.Code);
        Assert.Contains("1 MiB", e.Message, StringComparison.Ordinal);
    }
}
