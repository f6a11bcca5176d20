using Cim.Runtime.Tensors;
using Cim.Runtime.Tests.Testing;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Reduction;

/// <summary>Sums, extremes and norms over any axes.</summary>
public sealed class ReduceTests
{
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
}
