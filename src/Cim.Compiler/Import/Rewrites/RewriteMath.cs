using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>Common operators, written in one word.</summary>
internal static class RewriteMath
{
    public static string Add(this RewriteContext c, string a, string b) => c.Op("Add", [a, b]);

    public static string Sub(this RewriteContext c, string a, string b) => c.Op("Sub", [a, b]);

    public static string Mul(this RewriteContext c, string a, string b) => c.Op("Mul", [a, b]);

    public static string Div(this RewriteContext c, string a, string b) => c.Op("Div", [a, b]);

    public static string Mul(this RewriteContext c, string a, float factor) => factor == 1 ? a : c.Op("Mul", [a, c.Scalar(factor)]);

    public static string Add(this RewriteContext c, string a, float summand) => c.Op("Add", [a, c.Scalar(summand)]);

    public static string MatMul(this RewriteContext c, string a, string b) => c.Op("MatMul", [a, b]);

    public static string Transpose(this RewriteContext c, string a, params ReadOnlySpan<long> perm) =>
        c.Op("Transpose", [a], AttributeMap.Empty.With("perm", perm));

    /// <summary>The last two axes exchanged.</summary>
    public static string TransposeLast(this RewriteContext c, string a)
    {
        int rank = c.ShapeOf(a).Rank;
        long[] perm = [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        (perm[^1], perm[^2]) = (perm[^2], perm[^1]);
        return c.Transpose(a, perm);
    }

    public static string Concat(this RewriteContext c, int axis, params ReadOnlySpan<string> parts) =>
        parts.Length == 1 ? parts[0] : c.Op("Concat", parts, AttributeMap.Empty.With("axis", axis));

    public static string Cast(this RewriteContext c, string a, ElementType type) =>
        c.TypeOf(a) == type ? a : c.Op("Cast", [a], AttributeMap.Empty.With("to", (long)type));

    public static string Unsqueeze(this RewriteContext c, string a, params ReadOnlySpan<long> axes) =>
        c.Op("Unsqueeze", [a, c.Longs(axes)]);

    public static string Squeeze(this RewriteContext c, string a, params ReadOnlySpan<long> axes) => c.Op("Squeeze", [a, c.Longs(axes)]);

    public static string ReduceMean(this RewriteContext c, string a, params ReadOnlySpan<long> axes) =>
        c.Op("ReduceMean", [a, c.Longs(axes)], AttributeMap.Empty.With("keepdims", 1));

    public static string ReduceSum(this RewriteContext c, string a, bool keep, params ReadOnlySpan<long> axes) =>
        c.Op("ReduceSum", [a, c.Longs(axes)], AttributeMap.Empty.With("keepdims", keep ? 1 : 0));

    /// <summary>Elements [from, to) along an axis.</summary>
    public static string Slice(this RewriteContext c, string a, long axis, long from, long to) =>
        c.Op("Slice", [a, c.Longs(from), c.Longs(to), c.Longs(axis)]);

    /// <summary>The elements at one index of an axis, which is gone afterwards.</summary>
    public static string Gather(this RewriteContext c, string a, long axis, long index) =>
        c.Op("Gather", [a, c.Scalar(index)], AttributeMap.Empty.With("axis", axis));

    /// <summary>Parts of the sizes given along an axis.</summary>
    public static ImmutableArray<string> Split(this RewriteContext c, string a, int axis, ReadOnlySpan<int> sizes)
    {
        long[] parts = new long[sizes.Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = sizes[i];
        return c.Op("Split", [a, c.Longs(parts)], AttributeMap.Empty.With("axis", axis), parts.Length);
    }

    /// <summary>The elements in another shape; at most one of its dimensions may depend on the batch.</summary>
    public static string Reshape(this RewriteContext c, string a, params ReadOnlySpan<int> dims)
    {
        long[] target = new long[dims.Length];
        int open = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            target[i] = Math.Max(dims[i], -1);
            open += dims[i] < 0 ? 1 : 0;
        }

        if (open > 1) throw c.Unsupported("more than one dimension depends on the batch; export the model with a fixed batch");
        return c.Op("Reshape", [a, c.Longs(target)]);
    }

    /// <summary>True for one element, whatever the batch.</summary>
    public static bool IsSingle(this Shape shape)
    {
        for (int i = 0; i < shape.Rank; i++)
            if (shape[i] != 1) return false;
        return true;
    }

    /// <summary>The product of dimensions [from, to), of which one may depend on the batch.</summary>
    public static int Product(this Shape shape, RewriteContext c, int from, int to)
    {
        int n = 1, symbolic = 0;
        for (int i = from; i < to; i++)
        {
            if (shape[i] < 0) symbolic++;
            n = checked(n * Math.Abs(shape[i]));
        }

        if (symbolic > 1) throw c.Unsupported("more than one dimension depends on the batch; export the model with a fixed batch");
        return symbolic == 1 ? -n : n;
    }

    /// <summary>An axis that may count from the end as 0 .. rank-1.</summary>
    public static int Axis(this RewriteContext c, long axis, int rank) =>
        axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis)
        : throw c.Error($"axis {axis} is outside [{-rank},{rank - 1}]");

    /// <summary>The integers of an input that must not depend on the data.</summary>
    public static long[] Integers(this RewriteContext c, string value, string what)
    {
        Tensor tensor = c.Constant(value)
            ?? throw c.Error($"{what} must be known when the model is compiled; it is computed from the data");
        return tensor.Type == ElementType.Int64 ? tensor.Span<long>().ToArray()
            : tensor.Type == ElementType.Int32 ? Array.ConvertAll(tensor.Span<int>().ToArray(), v => (long)v)
            : throw c.Error($"{what} is {tensor.Type}, Int64 is needed");
    }
}
