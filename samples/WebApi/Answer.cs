using Cim.Runtime;

namespace WebApi;

/// <summary>A class with its probability.</summary>
/// <param name="Label">Its name, or its number where the model has no names.</param>
/// <param name="Probability">0 to 1.</param>
internal sealed record Answer(string Label, double Probability)
{
    /// <summary>The most probable classes. Scores of a network without a softmax at its end become probabilities.</summary>
    public static Answer[] Of(ReadOnlySpan<Prediction> all, int count)
    {
        double[] shares = new double[all.Length];
        for (int i = 0; i < all.Length; i++) shares[i] = all[i].Score;
        if (shares.Min() < 0 || Math.Abs(shares.Sum() - 1) > 1e-3)
        {
            for (int i = 0; i < shares.Length; i++) shares[i] = Math.Exp(all[i].Score - all[0].Score);
            double sum = shares.Sum();
            for (int i = 0; i < shares.Length; i++) shares[i] /= sum;
        }

        var answers = new Answer[Math.Min(count, all.Length)];
        for (int i = 0; i < answers.Length; i++) answers[i] = new Answer(all[i].Label ?? $"class {all[i].Index}", shares[i]);
        return answers;
    }
}
