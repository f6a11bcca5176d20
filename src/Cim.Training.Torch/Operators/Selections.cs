using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>Parts of a tensor along axes.</summary>
internal static class Selections
{
    public static IReadOnlyList<TorchOperator> All { get; } = [new("Slice", Slice), new("Gather", Gather)];

    private static TorchOperation Slice(TorchNode node)
    {
        long[] dims = node.InputShape(0), result = node.OutputShape(), starts = node.ConstantInts(1);
        long[] axes = node.Has(3) ? node.ConstantInts(3) : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        long[] steps = node.Has(4) ? node.ConstantInts(4) : [.. starts.Select(_ => 1L)];
        var parts = new List<(long Axis, long First, long Count, long Step)>();
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = node.Axis(axes[i]), size = dims[axis], count = result[axis];
            long start = Math.Clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, steps[i] > 0 ? size : size - 1);
            // A backward slice is the forward one from its other end, turned round.
            parts.Add((axis, steps[i] > 0 ? start : start + (steps[i] * (count - 1)), count, steps[i]));
        }

        return x =>
        {
            Tensor value = x[0];
            foreach ((long axis, long first, long count, long step) in parts)
            {
                value = value.slice(axis, first, first + ((count - 1) * Math.Abs(step)) + 1, Math.Abs(step));
                if (step < 0)
                    value = value.flip(axis);
            }

            return [value];
        };
    }

    /// <summary>Negative positions count from the end.</summary>
    private static TorchOperation Gather(TorchNode node)
    {
        long axis = node.Axis(node.Int("axis", 0)), size = node.InputShape(0)[axis];
        long[] dims = node.OutputShape();
        Tensor count = TorchValues.OnDevice(new[] { size }, [], ScalarType.Int64, node.Device).DetachFromDisposeScope();
        return x => [x[0].index_select(axis, x[1].to(ScalarType.Int64).reshape(-1).remainder(count)).reshape(dims)];
    }
}
