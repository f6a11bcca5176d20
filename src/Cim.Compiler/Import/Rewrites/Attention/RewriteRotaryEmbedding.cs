using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>
/// RotaryEmbedding of opset 23 (x, cos, sin, positions?) and of ONNX Runtime (x, positions, cos, sin): pairs of numbers, halves apart or
/// beside each other, are turned by the angle of their position.
/// </summary>
internal sealed class RewriteRotaryEmbedding : IOperatorRewrite
{
    private const string Microsoft = "com.microsoft.RotaryEmbedding";

    public IReadOnlyList<string> Operators { get; } = ["RotaryEmbedding", Microsoft];

    public void Rewrite(RewriteContext c)
    {
        bool microsoft = c.Node.Op == Microsoft;
        string x = c.Input(0),
            cos = c.Input(microsoft ? 2 : 1),
            sin = c.Input(microsoft ? 3 : 2),
            positions = c.Optional(microsoft ? 1 : 3);
        Shape given = c.ShapeOf(x);
        AttributeMap a = c.Attributes;
        int heads = checked((int)a.Int("num_heads", 0));
        if (given.Rank == 3 && heads == 0 && microsoft) heads = given[2] / (2 * c.ShapeOf(cos)[1]);
        if (given.Rank == 3) x = AttentionWriter.SplitHeads(c, x, heads);
        Shape shape = c.ShapeOf(x); // [batch, heads, length, size]
        int rotated = checked((int)a.Int("rotary_embedding_dim", 0)) is > 0 and var partial ? partial : shape[3];

        // [batch, 1, length, rotated / 2]
        string Angle(string cache)
        {
            if (positions.Length == 0) return c.Unsqueeze(cache, 1);
            string at = positions;
            if (c.ShapeOf(at).Elements == 1 && microsoft)
                at = c.Unsqueeze(c.Add(c.Reshape(at, [1]), c.Longs(Counter.Values(shape[2]))), 0);
            string gathered = c.Op("Gather", [cache, at]);
            return c.Unsqueeze(gathered, 1);
        }

        (cos, sin) = (Angle(cos), Angle(sin));
        string turned = rotated == shape[3] ? x : c.Slice(x, 3, 0, rotated);
        bool interleaved = a.Int("interleaved", 0) != 0;
        string first, second;
        if (interleaved)
        {
            string pairs = c.Reshape(turned, [shape[0], shape[1], shape[2], rotated / 2, 2]);
            first = c.Squeeze(c.Slice(pairs, 4, 0, 1), 4);
            second = c.Squeeze(c.Slice(pairs, 4, 1, 2), 4);
        }
        else
        {
            first = c.Slice(turned, 3, 0, rotated / 2);
            second = c.Slice(turned, 3, rotated / 2, rotated);
        }

        string real = c.Sub(c.Mul(first, cos), c.Mul(second, sin)), imaginary = c.Add(c.Mul(first, sin), c.Mul(second, cos));
        string y = interleaved
            ? c.Reshape(c.Concat(4, c.Unsqueeze(real, 4), c.Unsqueeze(imaginary, 4)), [shape[0], shape[1], shape[2], rotated])
            : c.Concat(3, real, imaginary);
        if (rotated != shape[3]) y = c.Concat(3, y, c.Slice(x, 3, rotated, shape[3]));
        c.Return(given.Rank == 3 ? AttentionWriter.MergeHeads(c, y) : y);
    }
}
