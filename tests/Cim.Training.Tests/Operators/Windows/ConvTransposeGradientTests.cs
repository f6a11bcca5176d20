using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Windows;

/// <summary>With respect to images, weights and bias.</summary>
public sealed class ConvTransposeGradientTests
{
    [Fact]
    public void Random_geometries()
    {
        var random = new Random(4);
        for (int trial = 0; trial < 40; trial++)
        {
            int rank = trial % 4 == 3 ? 1 : 2;
            int group = trial % 5 == 1 ? 2 : 1;
            int channels = random.Next(1, 4) * group, outputs = random.Next(1, 4);
            long[] kernel = Draw(rank, () => random.Next(1, 4)), strides = Draw(rank, () => random.Next(1, 3));
            long[] dilations = Draw(rank, () => random.Next(1, 3)), size = Draw(rank, () => random.Next(3, 5));
            long[] pads = Draw(2 * rank, () => random.Next(0, 2));
            long[] extra = [.. strides.Select(stride => random.Next(0, (int)stride))];
            // The result must have positions.
            if (Enumerable.Range(0, rank).Any(i => (strides[i] * (size[i] - 1)) + (dilations[i] * (kernel[i] - 1)) + 1 + extra[i]
                    - pads[i] - pads[i + rank] < 1))
                continue;
            var check = new GradientCheck(trial, doublePrecision: false);
            string x = check.Variable([2, channels, .. size]);
            string w = check.Variable([channels, outputs, .. kernel]);
            string b = check.Variable([outputs * group]);
            check.Agrees(check.Builder.Op(
                "ConvTranspose",
                [x, w, b],
                Attributes.Ints("kernel_shape", kernel),
                Attributes.Ints("strides", strides),
                Attributes.Ints("dilations", dilations),
                Attributes.Ints("pads", pads),
                Attributes.Ints("output_padding", extra),
                Attributes.Int("group", group)));
        }
    }

    private static long[] Draw(int count, Func<int> draw) => [.. Enumerable.Range(0, count).Select(_ => (long)draw())];
}
