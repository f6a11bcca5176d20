using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>Sums, means and extremes over axes, and running sums.</summary>
internal static class Reductions
{
    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        new("ReduceSum", node => Over(node, (x, axes, keep) => x.sum(axes, keep))),
        new("ReduceMean", node => Over(node, (x, axes, keep) => x.mean(axes, keep))),
        new("ReduceMax", node => Over(node, (x, axes, keep) => x.amax(axes, keep))),
        new("ReduceMin", node => Over(node, (x, axes, keep) => x.amin(axes, keep))),
        new("ReduceSumSquare", node => Over(node, (x, axes, keep) => (x * x).sum(axes, keep))),
        new("ReduceL2", node => Over(node, (x, axes, keep) => (x * x).sum(axes, keep).sqrt())),
        new("CumSum", CumSum),
    ];

    private static TorchOperation Over(TorchNode node, Func<Tensor, long[], bool, Tensor> reduce)
    {
        long[] axes = node.Has(1) ? node.ConstantInts(1) : node.Ints("axes", []);
        bool keep = node.Int("keepdims", 1) != 0;
        if (axes.Length == 0 && node.Int("noop_with_empty_axes", 0) != 0)
            return x => [reduce(x[0].unsqueeze(0), [0], false)];
        long[] all = axes.Length > 0
            ? [.. axes.Select(node.Axis)]
            : [.. Enumerable.Range(0, node.Rank).Select(axis => (long)axis)];
        return x => [reduce(x[0], all, keep)];
    }

    private static TorchOperation CumSum(TorchNode node)
    {
        long axis = node.Axis(node.ConstantInts(1)[0]);
        bool isExclusive = node.Int("exclusive", 0) != 0, isReverse = node.Int("reverse", 0) != 0;
        return x =>
        {
            Tensor value = isReverse ? x[0].flip(axis) : x[0];
            Tensor sum = value.cumsum(axis);
            if (isExclusive)
                sum -= value;
            return [isReverse ? sum.flip(axis) : sum];
        };
    }
}
