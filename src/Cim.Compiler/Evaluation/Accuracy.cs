namespace Cim.Compiler.Evaluation;

/// <summary>How many labelled samples a network classifies correctly.</summary>
/// <param name="Correct">Samples whose largest output is that of their label.</param>
/// <param name="Samples">All samples.</param>
/// <param name="RunSeconds">Time spent in the network, without reading data.</param>
internal sealed record Accuracy(int Correct, int Samples, double RunSeconds)
{
    /// <summary>0 to 1.</summary>
    public double Fraction => Samples == 0 ? 0 : (double)Correct / Samples;

    public double ImagesPerSecond => RunSeconds > 0 ? Samples / RunSeconds : 0;

    /// <summary>Counts the samples of one batch whose largest score is at their label; of equal scores the first counts.</summary>
    /// <param name="scores">[samples, classes].</param>
    /// <param name="labels">One per sample.</param>
    public static int CountCorrect(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels)
    {
        int classes = scores.Length / labels.Length, correct = 0;
        for (int i = 0; i < labels.Length; i++)
            if (ArgMax(scores.Slice(i * classes, classes)) == labels[i]) correct++;
        return correct;
    }

    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int k = 1; k < scores.Length; k++)
            if (scores[k] > scores[best]) best = k;
        return best;
    }
}
