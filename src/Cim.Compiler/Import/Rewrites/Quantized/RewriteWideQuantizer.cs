using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// QuantizeLinear and DequantizeLinear that no layer on the arrays can take as they are, written out as arithmetic: scales of blocks
/// along an axis, and integers of 16 bits. y = clip(round(x / scale) + zero point), and back (x - zero point) * scale.
/// </summary>
internal sealed class RewriteWideQuantizer : IOperatorRewrite
{
    /// <summary>No operators of a file: the upgrade of the standard's quantizers writes them.</summary>
    public const string Quantize = "cim.QuantizeLinear", Dequantize = "cim.DequantizeLinear";

    /// <summary>The smallest and largest integer, and the type that holds them.</summary>
    public const string Low = "low", High = "high", Type = "to";

    public IReadOnlyList<string> Operators { get; } = [Quantize, Dequantize];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0), scale = Spread(context, context.Input(1));
        string zero = context.Has(2) ? Spread(context, context.Cast(context.Input(2), ElementType.Float32)) : "";
        if (context.Node.Op == Dequantize)
        {
            string real = context.Cast(x, ElementType.Float32);
            context.Return(context.Mul(zero.Length > 0 ? context.Sub(real, zero) : real, scale));
            return;
        }

        string rounded = context.Op("Round", [context.Div(x, scale)]);
        string moved = zero.Length > 0 ? context.Add(rounded, zero) : rounded;
        string clipped = context.Op("Clip",
            [moved, context.Scalar((float)context.Attributes.Int(Low, 0)), context.Scalar((float)context.Attributes.Int(High, 0))]);
        context.Return(context.Op("Cast", [clipped], AttributeMap.Empty.With("to", context.Attributes.Int(Type, 0))));
    }

    /// <summary>Scales or zero points in a shape that broadcasts to x.</summary>
    private static string Spread(RewriteContext context, string values)
    {
        Shape x = context.ShapeOf(context.Input(0)), own = context.ShapeOf(values);
        if (own.IsSingle()) return context.Reshape(values);
        int axis = context.Axis(context.Attributes.Int("axis", 1), x.Rank);
        long block = context.Attributes.Int("block_size", 0);
        if (block == 0)
            return own.Rank == 1 && own[
                0] == x[axis] ? context.Reshape(values, [.. Enumerable.Range(0, x.Rank).Select(i => i == axis ? own[0] : 1)])
                : throw context.Error($"the scales {own} do not fit {x} along axis {axis}");
        if (block < 0 || own.Rank != x.Rank || x.IsSymbolic || own[axis] != (x[axis] + block - 1) / block)
            throw context.Error($"the scales {own} do not fit {x} in blocks of {block} along axis {axis}");

        // Each scale `block` times; the last block may be shorter.
        ImmutableArray<int> dims = own.Dims;
        string apart = context.Unsqueeze(values, axis + 1);
        string repeated = context.Op("Expand", [apart, context.Longs([.. dims.Insert(axis + 1, (int)block).Select(d => (long)d)])]);
        string joined = context.Reshape(repeated, [.. dims.SetItem(axis, checked(dims[axis] * (int)block))]);
        return dims[axis] * block == x[axis] ? joined : context.Slice(joined, axis, 0, x[axis]);
    }
}
