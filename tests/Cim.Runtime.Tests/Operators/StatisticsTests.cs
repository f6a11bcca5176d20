using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators;

/// <summary>Normalisation and reduction.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public void Softmax_normalises_along_its_axis()
    {
        var random = new Random(1);
        Tensor x = Random(random, 3, 4, 5);
        for (int axis = -3; axis < 3; axis++)
        {
            Tensor y = Run("Softmax", Attributes(("axis", axis)), x), log = Run("LogSoftmax", Attributes(("axis", axis)), x);
            int a = (axis + 3) % 3;
            foreach (int[] index in Indices(3, 4, 5))
            {
                double sum = 0;
                for (int i = 0; i < x.Shape[a]; i++) sum += Math.Exp(x.At([.. index[..a], i, .. index[(a + 1)..]]));
                Assert.Equal(Math.Exp(x.At(index)) / sum, y.At(index), 1e-6);
                Assert.Equal(x.At(index) - Math.Log(sum), log.At(index), 1e-5);
            }
        }
    }

    [Fact]
    public void Softmax_of_older_opsets_normalises_everything_from_its_axis_on()
    {
        Tensor y = Run("Softmax", Attributes(("axis", 1), ("coerce2d", 1)), Ramp(2, 2, 3));
        Assert.Equal(1, y.Floats()[..6].Sum(), 1e-6);
        Assert.Equal(y.Floats()[..6], y.Floats()[6..]);
    }

    [Fact]
    public void Softmax_survives_large_numbers()
    {
        AssertClose([0.5f, 0.5f, 0f], Run("Softmax", Floats([3], 1e30f, 1e30f, -1e30f)).Floats());
    }

    [Fact]
    public void Batch_normalisation_is_an_affine_map_of_every_channel()
    {
        Tensor x = Ramp(2, 2, 3);
        Tensor y = Run("BatchNormalization", Attributes(("epsilon", 0f)), x, Floats([2], 2, 3), Floats([2], 1, -1), Floats([2], 4, 5),
            Floats([2], 4, 9));
        AssertClose([.. Indices(2, 2, 3).Select(i => i[1] == 0 ? ((x.At(i) - 4) / 2 * 2) + 1 : ((x.At(i) - 5) / 3 * 3) - 1)], y.Floats());
        Refused("BatchNormalization", Attributes(("training_mode", 1)), x, Ramp(2), Ramp(2), Ramp(2), Ramp(2));
        Refused("BatchNormalization", null, x, Ramp(3), Ramp(2), Ramp(2), Ramp(2));
    }

    [Fact]
    public void Layer_normalisation_gives_mean_zero_and_variance_one()
    {
        var random = new Random(2);
        Tensor x = Random(random, 3, 5, 7);
        Tensor[] y = All("LayerNormalization", Attributes(("axis", 1), ("epsilon", 0f)), x, Floats([1], 1));
        for (int i = 0; i < 3; i++)
        {
            float[] row = y[0].Floats()[(i * 35)..((i + 1) * 35)];
            Assert.Equal(0, row.Average(), 1e-5);
            Assert.Equal(1, row.Average(v => v * v), 1e-5);
            Assert.Equal(x.Floats()[(i * 35)..((i + 1) * 35)].Average(), y[1].Floats()[i], 1e-5);
        }

        Assert.Equal([3, 1, 1], y[1].Dims());
        Tensor scaled = Run("LayerNormalization", Attributes(("axis", 2)), x, Ramp(7), Ramp(7));
        Assert.Equal(0f, scaled.Floats()[0]);
        Refused("LayerNormalization", Attributes(("axis", 2)), x, Ramp(5));
    }

    [Fact]
    public void Instance_normalisation_works_on_every_plane()
    {
        Tensor y = Run("InstanceNormalization", Attributes(("epsilon", 0f)), Ramp(1, 2, 4), Floats([2], 1, 1), Floats([2], 0, 10));
        Assert.Equal(0, y.Floats()[..4].Average(), 1e-5);
        Assert.Equal(10, y.Floats()[4..].Average(), 1e-5);
    }

    public static TheoryData<string> Reductions =>
        ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum",
            "ReduceLogSumExp"];

    [Theory, MemberData(nameof(Reductions))]
    public void Reductions_equal_their_definition_over_any_axes(string op)
    {
        var random = new Random(3);
        for (int i = 0; i < 100; i++)
        {
            int[] shape = [random.Next(1, 4), random.Next(1, 5), random.Next(1, 12), random.Next(1, 4)];
            int[] axes = [.. Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0)];
            Tensor x = op == "ReduceLogSum" ? Run("Abs", Random(random, shape)) : Random(random, shape);
            Tensor y = Run(op, x, Longs([.. axes.Select(a => (long)(random.Next(2) == 0 ? a : a - 4))]));
            if (axes.Length == 0) axes = [0, 1, 2, 3];
            float[] expected = [.. Indices(y.Dims()).Select(at =>
                (float)Definition(op, [.. Indices(shape).Where(j => j.Select((v, d) => axes.Contains(d) || v == at[d]).All(b => b))
                    .Select(j => (double)x.At(j))]))];
            AssertClose(expected, y.Floats(), 1e-4);
        }
    }

    private static double Definition(string op, double[] x) => op switch
    {
        "ReduceSum" => x.Sum(),
        "ReduceMean" => x.Average(),
        "ReduceMax" => x.Max(),
        "ReduceMin" => x.Min(),
        "ReduceProd" => x.Aggregate(1.0, (a, b) => a * b),
        "ReduceL1" => x.Sum(Math.Abs),
        "ReduceL2" => Math.Sqrt(x.Sum(v => v * v)),
        "ReduceSumSquare" => x.Sum(v => v * v),
        "ReduceLogSum" => Math.Log(x.Sum()),
        _ => Math.Log(x.Sum(Math.Exp)),
    };

    [Fact]
    public void Reductions_keep_or_drop_their_axes_and_may_do_nothing()
    {
        Tensor x = Ramp(2, 3);
        Assert.Equal([3, 12], [.. Run("ReduceSum", Attributes(("keepdims", 0)), x, Longs(1)).Floats().Select(v => (int)v)]);
        Assert.Equal([1, 1], Run("ReduceSum", x).Dims());
        Assert.Equal([2, 3], Run("ReduceSum", Attributes(("noop_with_empty_axes", 1)), x, Longs()).Dims());
        Assert.Equal([24L], Run("ReduceProd", Attributes(("keepdims", 0)), Longs(2, 3, 4)).Span<long>().ToArray());
        Refused("ReduceSum", null, x, Longs(2));
        Refused("ReduceSum", null, x, Longs(0, -2));
    }

    [Fact]
    public void The_place_of_an_extreme_is_the_first_or_the_last()
    {
        Tensor x = Floats([2, 3], 1, 5, 5, 7, 7, 2);
        Assert.Equal([1L, 0L], Run("ArgMax", Attributes(("axis", 1), ("keepdims", 0)), x).Span<long>().ToArray());
        Assert.Equal([2L, 1L], Run("ArgMax", Attributes(("axis", -1), ("select_last_index", 1)), x).Span<long>().ToArray());
        Assert.Equal([0L, 0L, 1L], Run("ArgMin", x).Span<long>().ToArray());
    }
}
