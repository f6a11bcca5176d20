using Cim.Compiler.Import;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Which operators leave the images of a batch apart.</summary>
public sealed class BatchRulesTests
{
    [Theory]
    [InlineData("Relu", "x", "", 0, true)]
    [InlineData("Softmax", "x", "axis", 1, true)]
    [InlineData("Softmax", "x", "axis", 0, false)]
    [InlineData("ArgMax", "x", "axis", 2, true)]
    [InlineData("ArgMax", "x", "axis", 0, false)]
    [InlineData("Add", "x x", "", 0, true)]
    [InlineData("Add", "x channel", "", 0, true)]
    [InlineData("Add", "x one", "", 0, true)]
    [InlineData("Add", "x two", "", 0, false)]
    [InlineData("Concat", "x one", "axis", 1, true)]
    [InlineData("Concat", "x one", "axis", 0, false)]
    [InlineData("Gather", "x index", "axis", 1, true)]
    [InlineData("Gather", "x index", "axis", 0, false)]
    [InlineData("MatMul", "x right", "", 0, true)]
    [InlineData("MatMul", "left x", "", 0, true)]
    [InlineData("Flatten", "x", "axis", 1, true)]
    public void An_operator_computes_each_image_from_that_image_alone_or_not(
        string op, string inputs, string attribute, int value, bool apart)
    {
        ModelBuilder m = new ModelBuilder().Input("x", 1, 3, 4).Uniform("channel", -1, 1, 3, 1).Uniform("one", -1, 1, 1, 3, 4)
            .Uniform("two", -1, 1, 2, 3, 4).Uniform("right", -1, 1, 4, 5).Uniform("left", -1, 1, 2, 3).Ints("index", 0);
        m = attribute.Length > 0 ? m.Node("node", op, inputs, "y", (attribute, value)) : m.Node("node", op, inputs, "y");
        Graph graph = OnnxImporter.Import(m.Output("y").Bytes, null, ImportOptions.Default with { Optimise = false });
        Node node = graph.Nodes.Single(n => n.Name == "node");
        Assert.Equal(apart, BatchRules.KeepsImagesApart(graph, node, new HashSet<string> { "x" }));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_border_around_the_images_is_no_border_in_them(int axis, bool apart)
    {
        long[] pads = new long[6];
        pads[axis] = 1;
        Graph graph = OnnxImporter.Import(new ModelBuilder().Input("x", 1, 3, 4).Ints("pads", pads).Node("node", "Pad", "x pads", "y")
            .Output("y").Bytes, null, ImportOptions.Default with { Optimise = false });
        Assert.Equal(apart, BatchRules.KeepsImagesApart(graph, graph.Nodes[0], new HashSet<string> { "x" }));
    }
}
