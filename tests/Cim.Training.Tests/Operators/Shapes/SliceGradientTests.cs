using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Shapes;

/// <summary>Elements left out get nothing.</summary>
public sealed class SliceGradientTests
{
    [Fact]
    public void Steps_negative_steps_and_open_ends()
    {
        (long[] Starts, long[] Ends, long[] Axes, long[] Steps)[] cases =
        [
            ([1], [3], [0], [1]), ([0, 1], [5, 6], [0, 1], [2, 2]), ([0, 0], [long.MaxValue, long.MaxValue], [0, 1], [2, 3]),
            ([-1], [long.MinValue], [1], [-1]), ([-2, 4], [-9, 0], [0, 1], [-2, -1]), ([-3], [-1], [-1], [1]),
        ];
        foreach ((long[] starts, long[] ends, long[] axes, long[] steps) in cases)
        {
            var check = new GradientCheck(4, doublePrecision: true);
            GraphBuilder builder = check.Builder;
            string x = check.Variable([5, 7]);
            string y = builder.Op("Slice", x, builder.Ints(starts), builder.Ints(ends), builder.Ints(axes), builder.Ints(steps));
            check.Agrees(builder.Op("Mul", y, y));
        }
    }
}
