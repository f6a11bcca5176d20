using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>Scaled dot-product attention: softmax(Q Kᵀ scale + mask) V for [batch, heads, length, size].</summary>
internal static class AttentionWriter
{
    /// <summary>What is masked, though finite: softmax of a row in which everything is masked stays finite, too.</summary>
    public const float Masked = -1e30f;

    /// <summary>[batch, length, heads * size] to [batch, heads, length, size].</summary>
    public static string SplitHeads(RewriteContext c, string x, int heads)
    {
        Shape s = c.ShapeOf(x);
        if (heads < 1 || s.Rank != 3 || s[2] % heads != 0) throw c.Error($"{x} of shape {s} does not divide into {heads} heads");
        return c.Transpose(c.Reshape(x, [s[0], s[1], heads, s[2] / heads]), 0, 2, 1, 3);
    }

    /// <summary>[batch, heads, length, size] to [batch, length, heads * size].</summary>
    public static string MergeHeads(RewriteContext c, string x)
    {
        Shape s = c.ShapeOf(x);
        return c.Reshape(c.Transpose(x, 0, 2, 1, 3), [s[0], s[2], s[1] * s[3]]);
    }

    /// <summary>Keys or values of fewer heads than queries are repeated for neighbouring queries.</summary>
    public static string RepeatHeads(RewriteContext c, string x, int heads)
    {
        Shape s = c.ShapeOf(x);
        if (s[1] == heads) return x;
        if (s[1] == 0 || heads % s[1] != 0) throw c.Error($"{heads} heads of queries are no multiple of {s[1]} heads of keys");
        string indices = c.Longs([.. Enumerable.Range(0, heads).Select(h => (long)(h / (heads / s[1])))]);
        return c.Op("Gather", [x, indices], AttributeMap.Empty.With("axis", 1));
    }

    /// <summary>The scores before the softmax.</summary>
    public static string Scores(RewriteContext c, string q, string k, float scale) =>
        c.MatMul(c.Mul(q, scale), c.TransposeLast(k));

    /// <summary>A constant summand that hides later keys from each query.</summary>
    /// <param name="c">Where to write.</param>
    /// <param name="queries">Length of the queries.</param>
    /// <param name="keys">Length of the keys.</param>
    /// <param name="past">Keys that lie before the first query.</param>
    public static string Causal(RewriteContext c, int queries, int keys, int past)
    {
        if (queries < 0 || keys < 0) throw c.Unsupported("a length that depends on the batch is not supported");
        float[] mask = new float[queries * keys];
        for (int i = 0; i < queries; i++)
            for (int j = 0; j < keys; j++) mask[(i * keys) + j] = j > i + past ? Masked : 0;
        return c.Constant("causal", Tensor.Create<float>(new Shape(queries, keys), mask));
    }

    /// <summary>A summand from a mask that is true where keys are seen.</summary>
    public static string FromSeen(RewriteContext c, string seen) =>
        c.Op("Where", [c.Cast(seen, ElementType.Bool), c.Scalar(0f), c.Scalar(Masked)]);

    public static string Softmax(RewriteContext c, string scores) => c.Op("Softmax", [scores], AttributeMap.Empty.With("axis", -1));
}
