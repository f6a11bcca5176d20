namespace Sentences;

/// <summary>One vector of length 1 for each sentence, near to those of sentences that mean the same.</summary>
internal sealed class Embeddings
{
    private const int Width = 384;

    private readonly float[] _vectors;

    private Embeddings(int count) => (Count, _vectors) = (count, new float[count * Width]);

    public int Count { get; }

    public ReadOnlySpan<float> this[int sentence] => _vectors.AsSpan(sentence * Width, Width);

    /// <summary>The mean over the word pieces of a sentence, as the network was trained.</summary>
    /// <param name="states">The output of the network: sentences x <see cref="Tokens.Length"/> x 384.</param>
    /// <param name="tokens">What it read.</param>
    public static Embeddings Of(ReadOnlySpan<float> states, Tokens tokens)
    {
        var all = new Embeddings(tokens.Count);
        for (int s = 0; s < tokens.Count; s++)
        {
            Span<float> sum = all._vectors.AsSpan(s * Width, Width);
            for (int i = s * Tokens.Length; i < (s + 1) * Tokens.Length; i++)
                if (tokens.Mask[i] == 1)
                    for (int k = 0; k < Width; k++) sum[k] += states[(i * Width) + k];
            float length = MathF.Sqrt(Dot(sum, sum));
            for (int k = 0; k < Width; k++) sum[k] /= length;
        }

        return all;
    }

    /// <summary>The nearest of these to a vector, and the cosine of their angle.</summary>
    /// <param name="to">The vector.</param>
    /// <param name="except">A sentence that does not count: the vector's own.</param>
    public (int Sentence, float Cosine) Nearest(ReadOnlySpan<float> to, int except = -1)
    {
        (int best, float most) = (-1, float.NegativeInfinity);
        for (int s = 0; s < Count; s++)
            if (s != except && Dot(this[s], to) is var cosine && cosine > most) (best, most) = (s, cosine);
        return (best, most);
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        for (int k = 0; k < Width; k++) sum += a[k] * b[k];
        return sum;
    }
}
