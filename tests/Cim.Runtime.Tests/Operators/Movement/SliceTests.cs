using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

/// <summary>Elements from a start to an end by a step, on any axes.</summary>
public sealed class SliceTests
{
    [Fact]
    public void Slices_follow_the_rules_of_Python_but_begin_at_an_element()
    {
        var random = new Random(2);
        for (int i = 0; i < 2000; i++)
        {
            int size = random.Next(0, 7);
            long start = Bound(random), end = Bound(random), step = random.Next(2) == 0 ? random.Next(1, 4) : -random.Next(1, 4);
            float[] expected = [.. PythonSlice(size, start, end, step).Select(v => (float)v)];
            Assert.Equal(expected, Run("Slice", Ramp(size), Longs(start), Longs(end), Longs(0), Longs(step)).Floats());
        }

        static long Bound(Random random) =>
            random.Next(10) switch { 0 => long.MaxValue, 1 => long.MinValue, 2 => int.MinValue, _ => random.Next(-9, 10) };
    }

    private static List<long> PythonSlice(long size, long start, long end, long step)
    {
        long Clip(long v) =>
            v < 0 ? Math.Max(v + Math.Min(size, long.MaxValue), step > 0 ? 0 : -1) : Math.Min(v, step > 0 ? size : size - 1);
        var indices = new List<long>();
        if (size == 0) return indices;
        // Python's start may lie before the first element; ONNX clamps it to that.
        for (long i = Math.Max(0, Clip(start)), stop = Clip(end); step > 0 ? i < stop : i > stop; i += step) indices.Add(i);
        return indices;
    }

    [Fact]
    public void Slices_of_several_axes_are_taken_together()
    {
        Tensor y = Run("Slice", Ramp(3, 4), Longs(2, -1), Longs(0, -4), Longs(0, 1), Longs(-1, -2));
        Assert.Equal([2, 2], y.Dims());
        Assert.Equal([11f, 9f, 7f, 5f], y.Floats());
        Refused("Slice", null, Ramp(3), Longs(0), Longs(2), Longs(0), Longs(0));
        Refused("Slice", null, Ramp(3), Longs(0), Longs(2), Longs(1));
    }
}
