using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Windows;

/// <summary>With respect to images, weights and bias.</summary>
public sealed class ConvGradientTests
{
    [Fact]
    public void Random_geometries()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 60; trial++)
        {
            int rank = trial % 4 == 3 ? 1 : 2;
            int group = trial % 5 == 1 ? 2 : 1;
            int channels = random.Next(1, 4) * group;
            int outputs = random.Next(1, 4) * group;
            if (trial % 5 == 2)
                group = outputs = channels = random.Next(2, 5);
            if (trial % 15 == 4)
                (group, channels, outputs) = (2, 2, 4);
            long[] kernel = Draw(rank, () => random.Next(1, 4));
            long[] strides = Draw(rank, () => random.Next(1, 3));
            long[] dilations = Draw(rank, () => random.Next(1, 3));
            long[] pads = Draw(2 * rank, () => random.Next(0, 3));
            long[] size = Draw(rank, () => random.Next(5, 8));
            var check = new GradientCheck(trial, doublePrecision: false);
            string x = check.Variable([2, channels, .. size]);
            string w = check.Variable([outputs, channels / group, .. kernel]);
            string b = check.Variable([outputs]);
            check.Agrees(check.Builder.Op(
                "Conv",
                [x, w, b],
                Attributes.Ints("kernel_shape", kernel),
                Attributes.Ints("strides", strides),
                Attributes.Ints("dilations", dilations),
                Attributes.Ints("pads", pads),
                Attributes.Int("group", group)));
        }
    }

    [Fact]
    public void Images_and_channels_that_fill_blocks()
    {
        (long[] Size, long[] Kernel, long[] Strides, long[] Dilations, long[] Pads)[] cases =
        [
            ([3, 4], [3, 3], [1, 1], [1, 1], [1, 1, 1, 1]), ([5, 6], [3, 2], [2, 2], [1, 1], [1, 0, 1, 1]),
                ([6, 5], [2, 2], [1, 2], [2, 1], [0, 1, 1, 0]),
            ([14, 14], [1, 1], [1, 1], [1, 1], [0, 0, 0, 0]),
        ];
        foreach ((long[] size, long[] kernel, long[] strides, long[] dilations, long[] pads) in cases)
        {
            // Only the weights are checked position by position where images are large; the inputs would take minutes.
            var check = new GradientCheck(11, doublePrecision: false);
            string w = check.Variable([8, 8, .. kernel]);
            string x = check.Variable([8, 8, .. size]);
            check.Agrees(
                size[0] < 14,
                check.Builder.Op("Conv", [x, w], Attributes.Ints("strides", strides), Attributes.Ints("dilations", dilations),
                    Attributes.Ints("pads", pads)));
        }
    }

    [Theory]
    [InlineData("SAME_UPPER", 1)]
    [InlineData("SAME_UPPER", 2)]
    [InlineData("SAME_LOWER", 2)]
    [InlineData("VALID", 2)]
    public void Automatic_pads(string autoPad, int stride)
    {
        var check = new GradientCheck(4, doublePrecision: false);
        string x = check.Variable([2, 2, 6, 5]);
        string w = check.Variable([3, 2, 3, 2]);
        check.Agrees(check.Builder.Op("Conv", [x, w], Attributes.String("auto_pad", autoPad), Attributes.Ints("strides", stride, stride)));
    }

    private static long[] Draw(int count, Func<int> next) => [.. Enumerable.Range(0, count).Select(_ => (long)next())];
}
