using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Movement;

public sealed class MovementTests
{
    [Fact]
    public void Transposition_moves_every_element_to_its_permuted_index()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            int[] shape = RandomShape(random, 5);
            int[] perm = [.. Enumerable.Range(0, shape.Length)];
            random.Shuffle(perm);
            Tensor x = Ramp(shape), y = Run("Transpose", Attributes(("perm", perm)), x);
            Assert.Equal([.. perm.Select(p => shape[p])], y.Dims());
            foreach (int[] index in Indices(y.Dims()))
            {
                int[] source = new int[shape.Length];
                for (int d = 0; d < perm.Length; d++) source[perm[d]] = index[d];
                Assert.Equal(x.At(source), y.At(index));
            }
        }
    }

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

    [Fact]
    public void Concatenation_undoes_a_split_on_any_axis_and_type()
    {
        var random = new Random(3);
        for (int i = 0; i < 100; i++)
        {
            int[] shape = [random.Next(1, 5), random.Next(1, 8), random.Next(1, 5)];
            int axis = random.Next(3), first = random.Next(0, shape[axis] + 1);
            Tensor x = Ramp(shape);
            Tensor[] parts = All("Split", Attributes(("axis", axis)), x, Longs(first, shape[axis] - first));
            Assert.Equal(first, parts[0].Shape[axis]);
            Assert.Equal(x.Floats(), Run("Concat", Attributes(("axis", axis - 3)), parts).Floats());
        }

        var bytes = Tensor.Create<byte>(new Shape(4), [1, 2, 3, 4]);
        Tensor[] three = All("Split", Attributes(("num_outputs", 3)), bytes);
        Assert.Equal([2, 2, 0], [.. three.Select(t => t.Length)]);
        Refused("Split", null, bytes, Longs(1, 2));
        Refused("Concat", null, Ramp(2, 3), Ramp(2, 2));
    }

    [Theory]
    [InlineData("constant", new float[] { 9, 9, 0, 1, 2, 9 })]
    [InlineData("edge", new float[] { 0, 0, 0, 1, 2, 2 })]
    [InlineData("reflect", new float[] { 2, 1, 0, 1, 2, 1 })]
    [InlineData("wrap", new float[] { 1, 2, 0, 1, 2, 0 })]
    public void Padding_modes_fill_the_border(string mode, float[] expected)
    {
        Assert.Equal(expected, Run("Pad", Attributes(("mode", mode)), Ramp(3), Longs(2, 1), Tensor.Scalar(9f)).Floats());
        Tensor columns = Run(
            "Pad", Attributes(("mode", mode)), Run("Unsqueeze", Ramp(3), Longs(1)), Longs(2, 1), Tensor.Scalar(9f), Longs(0));
        Assert.Equal(expected, columns.Floats());
    }

    [Fact]
    public void Negative_pads_crop()
    {
        Assert.Equal([4f, 5f, 0f], Run("Pad", Ramp(3, 3), Longs(-1, -1, -1, 1)).Floats());
        Refused("Pad", null, Ramp(3), Longs(-2, -2));
        Refused("Pad", Attributes(("mode", "mirror")), Ramp(3), Longs(1, 1));
    }

    [Fact]
    public void Reshaping_copies_dimensions_at_zero_and_infers_one()
    {
        Tensor x = Ramp(2, 3, 4);
        Assert.Equal([2, 12], Run("Reshape", x, Longs(0, -1)).Dims());
        Assert.Equal([4, 3, 2], Run("Reshape", x, Longs(4, 0, 2)).Dims());
        Assert.Equal([0, 5], Run("Reshape", Attributes(("allowzero", 1)), Ramp(0, 3), Longs(0, 5)).Dims());
        Refused("Reshape", null, x, Longs(5, -1));
        Refused("Reshape", null, x, Longs(-1, -1));
        Refused("Reshape", null, x, Longs(2, 3, 4, 0));
        Assert.Equal([6, 4], Run("Flatten", Attributes(("axis", -1)), x).Dims());
        Assert.Equal([1, 24], Run("Flatten", Attributes(("axis", 0)), x).Dims());
        Assert.Equal([24, 1], Run("Flatten", Attributes(("axis", 3)), x).Dims());
        Assert.Equal([2, 1, 3, 4, 1], Run("Unsqueeze", x, Longs(-1, 1)).Dims());
        Assert.Equal([2, 3], Run("Squeeze", Ramp(1, 2, 1, 3), null).Dims());
        Assert.Equal([2, 1, 3], Run("Squeeze", Ramp(1, 2, 1, 3), Longs(0)).Dims());
        Refused("Squeeze", null, x, Longs(0));
    }

    [Fact]
    public void Gathering_takes_whole_slabs_and_refuses_indices_outside()
    {
        Tensor x = Ramp(2, 3, 2), y = Run("Gather", Attributes(("axis", 1)), x, Tensor.Create<long>(new Shape(1, 2), [-1, 0]));
        Assert.Equal([2, 1, 2, 2], y.Dims());
        Assert.Equal([4f, 5f, 0f, 1f, 10f, 11f, 6f, 7f], y.Floats());
        Assert.Equal([2, 2], Run("Gather", Attributes(("axis", 1)), x, Tensor.Scalar(1)).Dims());
        Refused("Gather", null, x, Longs(2));
        Refused("Gather", null, x, Longs(-3));
    }

    [Fact]
    public void Expansion_and_tiling_repeat_elements()
    {
        Assert.Equal([0f, 0f, 1f, 1f], Run("Expand", Ramp(2, 1), Longs(2, 2)).Floats());
        Assert.Equal([2, 2, 3], Run("Expand", Ramp(2, 1), Longs(2, 1, 3)).Dims());
        Assert.Equal([0f, 1f, 0f, 1f, 2f, 3f, 2f, 3f], Run("Tile", Ramp(2, 2), Longs(1, 2)).Floats());
        Assert.Equal([4, 2], Run("Tile", Ramp(2, 2), Longs(2, 1)).Dims());
        Refused("Expand", null, Ramp(2), Longs(3));
    }

    [Fact]
    public void Shapes_sizes_and_ranges_are_integers()
    {
        Tensor x = Ramp(2, 3, 4);
        Assert.Equal([2L, 3L, 4L], Run("Shape", x).Span<long>().ToArray());
        Assert.Equal([3L], Run("Shape", Attributes(("start", 1), ("end", -1)), x).Span<long>().ToArray());
        Assert.Equal([], Run("Shape", Attributes(("start", 2), ("end", 1)), x).Span<long>().ToArray());
        Assert.Equal([24L], Run("Size", x).Span<long>().ToArray());
        Assert.Equal([10L, 7L, 4L], Run("Range", Tensor.Scalar(10L), Tensor.Scalar(3L), Tensor.Scalar(-3L)).Span<long>().ToArray());
        Assert.Equal([0f, 0.5f], Run("Range", Tensor.Scalar(0f), Tensor.Scalar(1f), Tensor.Scalar(0.5f)).Floats());
        Assert.Equal([7L, 7L], Run("ConstantOfShape", Attributes(("value", Longs(7))), Longs(2)).Span<long>().ToArray());
        Assert.Equal(3f, Run("Constant", Attributes(("value", Tensor.Scalar(3f)))).Floats()[0]);
    }

    [Fact]
    public void Dropout_passes_its_input_on_and_its_mask_is_true()
    {
        Tensor[] y = All("Dropout", null, Ramp(3), Tensor.Scalar(0.5f));
        Assert.Equal([0f, 1f, 2f], y[0].Floats());
        Assert.Equal(new byte[] { 1, 1, 1 }, y[1].Data.ToArray());
        Refused("Dropout", null, Ramp(3), null, Tensor.Scalar(true));
    }
}
