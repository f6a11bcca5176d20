using Microsoft.ML.Tokenizers;

namespace Sentences;

/// <summary>Sentences as the network reads them: the ids of their word pieces, padded to one length, and which of them are words.</summary>
/// <param name="Count">The number of sentences.</param>
/// <param name="Ids">Count x <see cref="Length"/>.</param>
/// <param name="Mask">1 where a word piece stands, 0 where the sentence has ended.</param>
internal sealed record Tokens(int Count, long[] Ids, long[] Mask)
{
    /// <summary>Word pieces of a sentence, the two at its ends included: <c>Dim</c> of the model. A longer one is cut.</summary>
    public const int Length = 32;

    /// <summary>The second sentence of a pair would be 1.</summary>
    public long[] Types => new long[Ids.Length];

    public static Tokens Of(BertTokenizer tokenizer, IReadOnlyList<string> sentences)
    {
        long[] ids = new long[sentences.Count * Length], mask = new long[sentences.Count * Length];
        for (int s = 0; s < sentences.Count; s++)
        {
            IReadOnlyList<int> pieces = tokenizer.EncodeToIds(sentences[s], Length, out _, out _);
            for (int i = 0; i < pieces.Count; i++) (ids[(s * Length) + i], mask[(s * Length) + i]) = (pieces[i], 1);
        }

        return new Tokens(sentences.Count, ids, mask);
    }
}
