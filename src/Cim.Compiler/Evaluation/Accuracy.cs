namespace Cim.Compiler.Evaluation;

/// <summary>How many labelled samples a network classifies correctly.</summary>
/// <param name="Correct">Samples whose class by the scored output (<see cref="ScoredOutput"/>) is their label.</param>
/// <param name="Samples">All samples.</param>
/// <param name="RunSeconds">Time spent in the network, without reading data.</param>
internal sealed record Accuracy(int Correct, int Samples, double RunSeconds)
{
    /// <summary>0 to 1.</summary>
    public double Fraction => Samples == 0 ? 0 : (double)Correct / Samples;

    public double ImagesPerSecond => RunSeconds > 0 ? Samples / RunSeconds : 0;

    /// <summary>The index of the largest score; of equal ones the first.</summary>
    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int k = 1; k < scores.Length; k++)
            if (scores[k] > scores[best]) best = k;
        return best;
    }
}
