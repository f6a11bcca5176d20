using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Windows;

/// <summary>dy spreads evenly over each window.</summary>
public sealed class AveragePoolGradientTests
{
    [Fact]
    public void With_and_without_counted_pads()
    {
        (long[] Size, long[] Kernel, long[] Strides, long[] Pads, int Count)[] cases =
        [
            ([6, 4], [2, 2], [2, 2], [0, 0, 0, 0], 0), ([5, 6], [3, 3], [2, 2], [1, 1, 1, 1], 0), ([5, 6], [3, 3], [2, 2], [1, 1, 1, 1], 1),
            ([5, 5], [2, 3], [1, 2], [0, 1, 0, 1], 0), ([9], [3], [2], [0, 0], 0), ([7, 7], [2, 2], [2, 2], [0, 0, 0, 0], 0),
        ];
        foreach ((long[] size, long[] kernel, long[] strides, long[] pads, int count) in cases)
        {
            var check = new GradientCheck(9, doublePrecision: false);
            string x = check.Variable([2, 2, .. size]);
            check.Agrees(check.Builder.Op(
                "AveragePool", [x], Attributes.Ints("kernel_shape", kernel), Attributes.Ints("strides", strides),
                Attributes.Ints("pads", pads), Attributes.Int("count_include_pad", count)));
        }
    }
}
