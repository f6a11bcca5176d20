using Cim.Runtime.Execution;
using Cim.Runtime.Program;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

/// <summary>How long inputs and outputs are for a number of samples: with the batch free, fixed, or carried by some of them only.</summary>
public sealed class BatchLengthTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_free_batch_has_the_lengths_of_one_sample_times_the_number(int count)
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Several(2, 2)));
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(count * model.Info.Inputs[i].SampleLength, model.InputLength(i, count));
            Assert.Equal(count * model.Info.Outputs[i].SampleLength, model.OutputLength(i, count));
        }
    }

    [Fact]
    public void A_batch_that_stays_fixed_is_one_sample_and_says_so()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional(batch: 4)));
        using var free = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        int image = free.Info.Inputs[0].SampleLength;
        Assert.Equal(4 * image, model.Info.Inputs[0].SampleLength);
        Assert.Equal(3 * 4 * image, model.InputLength(0, 3));
        float[] images = TestPrograms.Samples(8, image), expected = new float[80], actual = new float[80];
        free.Run(images, expected);
        model.Run(images, actual, 2);
        Assert.Equal(expected, actual);
        var e = Assert.Throws<CimException>(() => model.Run(images, actual, 8));
        Assert.Equal(ErrorCodes.BufferMismatch, e.Code);
        Assert.Contains("a sample of this network is its fixed batch of 4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_carry_the_batch_has_one_length_for_any_number_of_samples()
    {
        ModelProgram program = Thresholds();
        Assert.Equal(BatchMode.Whole, BatchRule.Decide(program));
        using var model = new CimModel(TestPrograms.Compile(program));
        foreach (int count in (int[])[1, 5])
        {
            Assert.Equal([4 * count, 1, 4], Enumerable.Range(0, 3).Select(i => model.InputLength(i, count)));
            Assert.Equal([4 * count, 4], Enumerable.Range(0, 2).Select(i => model.OutputLength(i, count)));
            float[] x = TestPrograms.Samples(count, 4), above = new float[4 * count], largest = new float[4];
            model.Run([x, new float[] { 2 }, new float[] { 1, 10, 100, 1000 }], [above, largest], count);
            float[] scale = [1, 10, 100, 1000];
            Assert.Equal([.. x.Select((v, i) => (v - 2) * scale[i % 4])], above);
            Assert.Equal([.. Enumerable.Range(0, 4).Select(c => Enumerable.Range(0, count).Max(s => above[(4 * s) + c]))], largest);
        }

        Assert.Equal(ErrorCodes.BufferMismatch, Assert.Throws<CimException>(() =>
            model.Run([new float[8], new float[2], new float[4]], [new float[8], new float[4]], 2)).Code);
        float[] bad = [1, float.NaN, 3, 4];
        var e = Assert.Throws<CimException>(() => model.Run([new float[8], new float[1], bad], [new float[8], new float[4]], 2));
        Assert.Contains("Input 'scale' has the value NaN in sample 0, element 1", e.Message, StringComparison.Ordinal);
    }

    /// <summary>(x - threshold) * scale, and the largest of each column: a scalar and a list beside a batch.</summary>
    private static ModelProgram Thresholds()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 4),
            threshold = b.Input("threshold", ElementType.Float32),
            scale = b.Input("scale", ElementType.Float32, 4);
        int above = b.Step("Sub", null, [x, threshold], ElementType.Float32, -1, 4);
        int scaled = b.Step("Mul", null, [above, scale], ElementType.Float32, -1, 4);
        return b.Build(
            scaled, b.Step("ReduceMax", Ops.Attributes(("keepdims", 0)), [scaled, b.Constant(Ops.Longs(0))], ElementType.Float32, 4));
    }
}
