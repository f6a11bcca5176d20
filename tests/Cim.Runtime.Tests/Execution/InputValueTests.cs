using Cim.Runtime.Execution;
using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Execution;

/// <summary>Values of inputs that no class can be made of are errors, at every fidelity and in every type.</summary>
public sealed class InputValueTests
{
    private const int ImageLength = 3 * 12 * 12;

    public static TheoryData<Fidelity, float> Fidelities()
    {
        var data = new TheoryData<Fidelity, float>();
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
            foreach (float value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity]) data.Add(fidelity, value);
        return data;
    }

    [Theory]
    [MemberData(nameof(Fidelities))]
    public void A_value_that_is_no_finite_number_is_named_with_input_sample_and_element(Fidelity fidelity, float value)
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Convolutional()));
        float[] images = TestPrograms.Samples(9, ImageLength), scores = new float[90], expected = new float[90];
        model.Run(images, expected, new RunOptions { Fidelity = fidelity });
        float before = images[(7 * ImageLength) + 431];
        (images[(7 * ImageLength) + 431], images[(8 * ImageLength) + 3]) = (value, value);
        foreach (int threads in (int[])[1, 2, 5])
        {
            var e = Assert.Throws<CimException>(
                () => model.Run(images, scores, new RunOptions { Fidelity = fidelity, MaxThreads = threads }));
            Assert.Equal(ErrorCodes.NonFiniteInput, e.Code);
            Assert.Contains("Input 'image'", e.Message, StringComparison.Ordinal);
            Assert.Contains("in sample 7, element 431", e.Message, StringComparison.Ordinal);
        }

        (images[(7 * ImageLength) + 431], images[(8 * ImageLength) + 3]) = (before, 0);
        model.Run(images.AsSpan(0, 8 * ImageLength), scores.AsSpan(0, 80), new RunOptions { Fidelity = fidelity });
        Assert.Equal(expected.AsSpan(0, 80), scores.AsSpan(0, 80));
    }

    [Fact]
    public void The_input_of_several_is_named()
    {
        using var model = new CimModel(TestPrograms.Compile(TestPrograms.Several(3, 2)));
        float[][] inputs = [.. model.Info.Inputs.Select(t => new float[5 * t.SampleLength])];
        Memory<float>[] outputs = [.. model.Info.Outputs.Select(t => new float[5 * t.SampleLength].AsMemory())];
        inputs[1][(4 * model.Info.Inputs[1].SampleLength) + 2] = float.NaN;
        var e = Assert.Throws<CimException>(() => model.Run([.. inputs.Select(x => (ReadOnlyMemory<float>)x)], outputs, 5));
        Assert.Equal(ErrorCodes.NonFiniteInput, e.Code);
        Assert.Contains("Input 'x1' has the value NaN in sample 4, element 2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Int64)]
    [InlineData(ElementType.Int32)]
    [InlineData(ElementType.Int8)]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.Bool)]
    public void Every_type_and_length_finds_the_first_value_that_is_not_finite(ElementType type)
    {
        foreach (int length in Ops.AwkwardLengths)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(i => (float)(i % 100))];
            byte[] target = new byte[length * type.SizeOf()];
            Assert.Equal(-1, HostCopy.ToModel(values, target, type));
            var back = new float[length];
            Assert.Equal(-1, HostCopy.ToHost(target, back, type));
            Assert.Equal(type == ElementType.Bool ? [.. values.Select(v => v == 0 ? 0f : 1)] : values, back);
            for (int at = 0; at < length; at++)
            {
                float[] bad = [.. values];
                (bad[at], bad[^1]) = (at % 2 == 0 ? float.NaN : float.NegativeInfinity, float.PositiveInfinity);
                Assert.Equal(at, HostCopy.ToModel(bad, target, type));
            }
        }
    }

    [Theory]
    [InlineData(5f)]
    [InlineData(-6f)]
    [InlineData(1e20f)]
    [InlineData(-3e38f)]
    public void A_token_id_outside_the_table_is_an_error_that_names_the_sample(float id)
    {
        var b = new ProgramBuilder();
        int x = b.Input("ids", ElementType.Int64, -1, 3);
        using var model = new CimModel(
            TestPrograms.Compile(b.Build(b.Step("Gather", null, [b.Constant(Ops.Ramp(5, 2)), x], ElementType.Float32, -1, 3, 2))));
        float[] ids = [.. Enumerable.Range(0, 60).Select(i => (float)(i % 5))];
        ids[43] = id;
        foreach (int threads in (int[])[1, 3])
        {
            var e = Assert.Throws<CimException>(() => model.Run(ids, new float[120], new RunOptions { MaxThreads = threads }));
            Assert.Equal(ErrorCodes.InvalidInputValue, e.Code);
            Assert.Contains("Sample 14 ", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(16777216, false)]
    [InlineData(16777217, true)]
    [InlineData(-16777217, true)]
    [InlineData(1L << 40, false)]
    [InlineData(1700000000123, true)]
    public void An_integer_output_that_a_float_cannot_hold_is_an_error(long value, bool refused)
    {
        var b = new ProgramBuilder();
        int x = b.Input("index", ElementType.Int64, -1);
        using var model = new CimModel(
            TestPrograms.Compile(b.Build(b.Step("Gather", null, [b.Constant(Ops.Longs(3, value)), x], ElementType.Int64, -1))));
        float[] y = new float[5];
        if (!refused)
        {
            model.Run([0, 0, 0, 1, 0], y);
            Assert.Equal([3, 3, 3, value, 3], y);
            return;
        }

        var e = Assert.Throws<CimException>(() => model.Run([0, 0, 0, 1, 0], y));
        Assert.Equal(ErrorCodes.InexactOutput, e.Code);
        Assert.Contains("in sample 3, element 0", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_operators_make_of_finite_numbers_is_left_as_IEEE_754_has_it()
    {
        var b = new ProgramBuilder();
        int x = b.Input("x", ElementType.Float32, -1, 3);
        using var model = new CimModel(
            TestPrograms.Compile(b.Build(b.Step("Div", null, [x, b.Constant(Tensor.Scalar(0f))], ElementType.Float32, -1, 3))));
        float[] y = new float[3];
        model.Run([1, 0, -1], y);
        Assert.Equal([float.PositiveInfinity, float.NaN, float.NegativeInfinity], y);
    }
}
