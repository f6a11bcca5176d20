using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Windows;

/// <summary>dy goes to the largest element of each window.</summary>
public sealed class MaxPoolGradientTests
{
    [Fact]
    public void Tiling_and_overlapping_windows()
    {
        (long[] Size, long[] Kernel, long[] Strides, long[] Pads, int Ceil)[] cases =
        [
            ([6, 4], [2, 2], [2, 2], [0, 0, 0, 0], 0), ([5, 6], [3, 3], [2, 2], [1, 1, 1, 1], 0), ([5, 5], [2, 3], [1, 1], [0, 1, 0, 1], 0),
            ([5, 5], [2, 2], [2, 2], [0, 0, 0, 0], 1), ([9], [3], [2], [0, 0], 0),
        ];
        foreach ((long[] size, long[] kernel, long[] strides, long[] pads, int ceil) in cases)
        {
            var check = new GradientCheck(8, doublePrecision: true);
            string x = check.Variable([2, 2, .. size], distinct: true);
            check.Agrees(check.Builder.Op(
                "MaxPool", [x], Attributes.Ints("kernel_shape", kernel), Attributes.Ints("strides", strides), Attributes.Ints("pads", pads),
                Attributes.Int("ceil_mode", ceil)));
        }
    }
}
