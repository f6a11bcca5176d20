using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>CenterCropPad to a constant shape: the middle of axes that are too long, zeros around those that are too short.</summary>
internal sealed class RewriteCenterCropPad : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["CenterCropPad"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        Shape shape = context.ShapeOf(x);
        long[] wanted = context.Integers(context.Input(1), "input 1 ('shape')");
        ImmutableArray<long> axes = context.Attributes.Ints("axes") is { IsDefault: false } given ? given
            : [.. Enumerable.Range(0, shape.Rank).Select(i => (long)i)];
        if (axes.Length != wanted.Length) throw context.Error($"{axes.Length} axes have {wanted.Length} sizes");
        long[] pads = new long[2 * shape.Rank];
        for (int i = 0; i < wanted.Length; i++)
        {
            int axis = context.Axis(axes[i], shape.Rank);
            long missing = wanted[i] - shape[axis];
            if (shape[axis] < 0) throw context.Unsupported("an axis that depends on the batch is not supported");
            if (missing < 0) x = context.Slice(x, axis, -missing / 2, (-missing / 2) + wanted[i]);
            else (pads[axis], pads[axis + shape.Rank]) = (missing / 2, missing - (missing / 2));
        }

        context.Return(pads.All(p => p == 0) ? context.Op("Identity", [x]) : context.Op("Pad", [x, context.Longs(pads)]));
    }
}
