using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Weights written out several times become one constant, whatever their names are.</summary>
public sealed class ShareEqualWeightsTests
{
    [Fact]
    public void Layers_of_equal_weights_and_biases_read_one_constant()
    {
        // The random numbers of a seed are the same in both.
        var first = new ModelBuilder(17, seed: 3).Weight("w", 4, 5).Model.Graph.Initializer[0];
        ModelBuilder m = new ModelBuilder(17, seed: 3).Input("x", -1, 4).Input("z", -1, 4).Weight("w", 4, 5)
            .Node("a", "MatMul", "x w", "p").Node("b", "MatMul", "z v", "q").Node("Sub", "p q", "y").Output("y");
        var copy = first.Clone();
        copy.Name = "v";
        m.Model.Graph.Initializer.Add(copy);
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(2, Assert.Single(MvmLayers.Find(graph)).Uses.Length);
    }

    [Fact]
    public void Layers_of_other_weights_keep_their_own()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 5).Weight("v", 4, 5)
            .Node("a", "MatMul", "x w", "p").Node("b", "MatMul", "x v", "q").Node("Sub", "p q", "y").Output("y");
        Assert.Equal(2, MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(m)).Length);
    }

    [Fact]
    public void Weights_of_one_value_stand_for_none_and_are_not_shared()
    {
        Tensor weights = Tensor.Create<float>(new Shape(4, 5), [.. Enumerable.Repeat(0.01f, 20)]);
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4).Constant("w", weights).Constant("v", weights)
            .Node("a", "MatMul", "x w", "p").Node("b", "MatMul", "x v", "q").Node("Sub", "p q", "y").Output("y");
        Assert.Equal(2, MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(m)).Length);
    }
}
