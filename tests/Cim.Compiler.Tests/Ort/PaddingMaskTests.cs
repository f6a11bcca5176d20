using Cim.Compiler.Data;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Ort;

public sealed class PaddingMaskTests
{
    private static readonly GraphInput _input = GraphInput.Of(
        new[] { "ids", "types", "mask" }.Select(n => (n, ElementType.Int64, new Shape(-1, 4))));

    [Fact]
    public void Where_a_mask_is_0_and_the_token_the_same_there_is_padding()
    {
        CalibrationData data = Data([7, 8, 9, 0, /**/ 0, 0, 0, 0, /**/ 1, 1, 1, 0], [5, 6, 0, 0, /**/ 0, 0, 0, 0, /**/ 1, 1, 0, 0]);
        PaddingMask mask = PaddingMask.Of(_input, data)!;
        Assert.Equal(4, mask.Length);
        Assert.Equal([false, false, false, true, false, false, true, true], mask.Padding(data.Runs(_input, 16).Single()));
    }

    [Fact]
    public void The_types_of_two_sentences_are_no_mask()
    {
        CalibrationData data = Data([7, 8, 9, 3, /**/ 0, 0, 1, 1, /**/ 1, 1, 1, 1], [5, 6, 2, 4, /**/ 0, 1, 1, 1, /**/ 1, 1, 1, 1]);
        Assert.Null(PaddingMask.Of(_input, data));
    }

    [Fact]
    public void Samples_that_are_not_padded_have_none() =>
        Assert.Null(PaddingMask.Of(_input, Data([7, 8, 9, 3, /**/ 0, 0, 0, 0, /**/ 1, 1, 1, 1])));

    [Fact]
    public void Only_vectors_at_counted_positions_remain()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        Assert.Equal([1f, 2, 5, 6], PaddingMask.Counted(values, 2, [false, true, false]).ToArray());
        Assert.Equal(values, PaddingMask.Counted(values, 3, [false, true, false]).ToArray());
    }

    private static CalibrationData Data(params float[][] samples) => new([.. samples.SelectMany(s => s)], samples.Length, false);
}
