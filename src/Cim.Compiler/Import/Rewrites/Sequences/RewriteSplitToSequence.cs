using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Sequences;

/// <summary>SplitToSequence(x, split?) along an axis whose size does not depend on the batch: parts of the sizes given, of one size (the
/// last may be smaller), or single elements, which lose the axis with keepdims 0.</summary>
internal sealed class RewriteSplitToSequence : IOperatorRewrite
{
    /// <summary>More would be more nodes than a compiled model is meant for.</summary>
    private const int MaxParts = 4096;

    public IReadOnlyList<string> Operators { get; } = ["SplitToSequence"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        int axis = context.Axis(context.Attributes.Int("axis", 0), shape.Rank), size = shape[axis];
        if (size < 1) throw context.Unsupported($"the size of axis {axis} of {shape} must be fixed");
        int[] sizes = Sizes(context, size);
        ImmutableArray<string> parts = sizes.Length == 1 ? [x] : context.Split(x, axis, sizes);
        if (!context.Has(1) && context.Attributes.Int("keepdims", 1) == 0) parts = [.. parts.Select(p => context.Squeeze(p, axis))];
        context.ReturnSequence(parts);
    }

    private static int[] Sizes(RewriteContext context, int size)
    {
        long[] split = context.Has(1) ? context.Integers(context.Input(1), "input 1 ('split')") : [1];
        bool isOneSize = !context.Has(1) || context.ShapeOf(context.Input(1)).Rank == 0;
        if (isOneSize)
        {
            if (split[0] < 1 || (size + split[0] - 1) / split[0] > MaxParts) throw context.Error($"parts of {split[0]} of {size}");
            int part = (int)Math.Min(split[0], size);
            return [.. Enumerable.Range(0, (size + part - 1) / part).Select(i => Math.Min(part, size - (i * part)))];
        }

        return split.Length <= MaxParts && split.All(s => s > 0) && split.Sum() == size ? Array.ConvertAll(split, s => (int)s)
            : throw context.Error($"the parts [{string.Join(",", split)}] do not add up to {size}");
    }
}
