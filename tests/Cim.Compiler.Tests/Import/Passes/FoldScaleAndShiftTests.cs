using Cim.Compiler.Import;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards a scale or shift per channel is part of the layer next to it.</summary>
public sealed class FoldScaleAndShiftTests
{
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
    public void A_factor_that_differs_from_position_to_position_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 3, 3).Weight("w", 4, 2, 1, 1).Uniform("s", 0.5f, 2, 1, 1, 3, 3)
            .Node("Conv", "x w", "y").Node("Mul", "y s", "z").Output("z");
        Assert.Equal(["Conv", "Mul"], ImportAssert.PassKeepsResults(m, new FoldScaleAndShift()).Nodes.Select(n => n.Op));
    }

    [Fact]
    public void A_division_by_zero_stays()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 3, 3).Weight("w", 4, 2, 1, 1)
            .Constant("s", Tensor.Create<float>(new Shape(4, 1, 1), [1, 2, 0, 4])).Node("Conv", "x w", "y").Node("Div", "y s", "z")
                .Output("z");
        Graph before = OnnxImporter.Import(m.Bytes, null, ImportOptions.Default with { Optimise = false });
        Assert.Equal(["Conv", "Div"], new FoldScaleAndShift().Run(before).Nodes.Select(n => n.Op));
    }
}
