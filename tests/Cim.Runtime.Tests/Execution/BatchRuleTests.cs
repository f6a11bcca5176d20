using Cim.Runtime.Execution;
using Cim.Runtime.Program;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

public sealed class BatchRuleTests
{
    [Fact]
    public void Operators_within_images_may_be_split()
    {
        Assert.Equal(BatchMode.PerImage, BatchRule.Decide(TestPrograms.Convolutional()));
        Assert.Equal(BatchMode.PerImage, BatchRule.Decide(TestPrograms.Matrices()));
        Assert.Equal(BatchMode.PerImage, One("Softmax", ("axis", 1)));
        Assert.Equal(BatchMode.PerImage, One("Concat", ("axis", -1)));
    }

    [Fact]
    public void Operators_along_the_batch_may_not()
    {
        Assert.Equal(BatchMode.Whole, One("Softmax", ("axis", -2)));
        Assert.Equal(BatchMode.Whole, One("LogSoftmax", ("axis", 0)));
        Assert.Equal(BatchMode.Whole, One("LayerNormalization", ("axis", 0)));
        Assert.Equal(BatchMode.Whole, One("Concat", ("axis", 0)));
        Assert.Equal(BatchMode.Whole, One("Gather", ("axis", 0)));
    }

    [Theory]
    [InlineData(0, BatchMode.Whole)]
    [InlineData(-2, BatchMode.Whole)]
    [InlineData(1, BatchMode.PerImage)]
    public void Slices_may_be_split_unless_they_cut_the_batch(int axis, object expected)
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4);
        int y = b.Step("Slice", null, [x, b.Constant(Ops.Longs(0)), b.Constant(Ops.Longs(9)), b.Constant(Ops.Longs(axis)),
            b.Constant(Ops.Longs(1))], ElementType.Float32, -1, 4);
        Assert.Equal((BatchMode)expected, BatchRule.Decide(b.Build(y)));
    }

    [Fact]
    public void A_batch_axis_that_moves_may_not_be_split()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4);
        int t = b.Step("Transpose", null, [x], ElementType.Float32, 4, -1);
        Assert.Equal(BatchMode.Whole, BatchRule.Decide(b.Build(t)));
    }

    private static BatchMode One(string op, (string, object) attribute)
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4);
        return BatchRule.Decide(b.Build(b.Step(op, Ops.Attributes(attribute), [x], ElementType.Float32, -1, 4)));
    }
}
