using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>
/// What Attention adds to its scores: causal order, windows, the mask of the model, and keys that are not valid yet. Query i stands at
/// position i + offset, where offset counts the keys before the first query.
/// </summary>
internal static class AttentionMask
{
    /// <returns>The summand, or the empty string if every query sees every key.</returns>
    public static string Write(RewriteContext context, Shape queries, Shape keys, int past)
    {
        List<string> parts = [];
        if (Position(context, queries[2], keys[2], past) is { } position) parts.Add(position);
        if (context.Has(3)) parts.Add(Given(context, context.Input(3), keys[2]));
        if (context.Has(6))
        {
            string index = context.Constant("position", Tensor.Create<long>(new Shape(keys[2]), Counter.Values(keys[2])));
            parts.Add(AttentionWriter.FromSeen(context, context.Op("Less", [index, ValidKeys(context)])));
        }

        if (parts.Count == 0) return "";
        string sum = parts.Aggregate(context.Add);

        // Minus infinity would make a softmax without any key not a number.
        return context.Op("Max", [sum, context.Scalar(AttentionWriter.Masked)]);
    }

    /// <summary>Queries that see no key give zeros.</summary>
    public static string ZeroWhereNothingIsSeen(RewriteContext context, string weights, string mask)
    {
        if (context.Constant(mask) is { } known && !HasDeadRow(known)) return weights;
        string best = context.Op(
            "ReduceMax", [mask, context.Longs(context.ShapeOf(mask).Rank - 1)], AttributeMap.Empty.With("keepdims", 1));
        return context.Op("Where",
            [context.Op("Greater", [best, context.Scalar(AttentionWriter.Masked / 2)]), weights, context.Scalar(0f)]);
    }

    private static bool HasDeadRow(Tensor mask)
    {
        int row = mask.Shape.Rank == 0 ? 1 : Math.Max(1, mask.Shape[mask.Shape.Rank - 1]);
        for (int at = 0; at + row <= mask.Length; at += row)
            if (!mask.Span<float>().Slice(at, row).ContainsAnyInRange(AttentionWriter.Masked / 2, float.MaxValue)) return true;
        return false;
    }

    /// <summary>Causal order and windows; null if there is neither.</summary>
    private static string? Position(RewriteContext context, int queries, int keys, int past)
    {
        long left = context.Attributes.Int("left_window_size", -1), right = context.Attributes.Int("right_window_size", -1);
        if (context.Attributes.Int("is_causal", 0) != 0) right = 0;
        if (left < 0 && right < 0) return null;
        if (queries < 0 || keys < 0) throw context.Unsupported("a length that depends on the batch is not supported");

        // How far each key lies before the query; the number of keys before the first query is added.
        long[] before = new long[queries * keys];
        for (int i = 0; i < before.Length; i++) before[i] = (i / keys) - (i % keys);
        string distance = context.Constant("distance", Tensor.Create<long>(new Shape(queries, keys), before));
        distance = context.Add(distance, context.Has(6) && !context.Has(4)
            ? context.Sub(ValidKeys(context), context.Scalar((long)queries))
            : context.Scalar((long)past));
        string? seen = right >= 0 ? context.Op("GreaterOrEqual", [distance, context.Scalar(-right)]) : null;
        if (left < 0) return AttentionWriter.FromSeen(context, seen!);
        string near = context.Op("LessOrEqual", [distance, context.Scalar(left)]);
        return AttentionWriter.FromSeen(context, seen is null ? near : context.Op("And", [seen, near]));
    }

    /// <summary>How many keys are valid, [batch, 1, 1, 1].</summary>
    private static string ValidKeys(RewriteContext context) =>
        context.Reshape(context.Input(6), [context.ShapeOf(context.Input(6))[0], 1, 1, 1]);

    /// <summary>The mask of the model as a summand; keys it does not reach are hidden.</summary>
    private static string Given(RewriteContext context, string mask, int keys)
    {
        Shape shape = context.ShapeOf(mask);
        bool isBool = context.TypeOf(mask) == ElementType.Bool;
        string summand = isBool ? AttentionWriter.FromSeen(context, mask) : mask;
        if (shape[shape.Rank - 1] == keys || shape[shape.Rank - 1] == 1) return summand;
        long[] pads = new long[2 * shape.Rank];
        pads[^1] = keys - shape[shape.Rank - 1];
        return context.Op("Pad", [summand, context.Longs(pads), context.Scalar(AttentionWriter.Masked)]);
    }
}
