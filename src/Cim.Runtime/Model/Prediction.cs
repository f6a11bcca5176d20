using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Runtime;

/// <summary>One class with its score.</summary>
/// <param name="Label">The name of the class; null if the model was compiled without <c>Labels</c>.</param>
/// <param name="Index">The class: its position among the scores.</param>
/// <param name="Score">The score as the network gives it: a probability after a Softmax, else any number.</param>
public readonly record struct Prediction(string? Label, int Index, float Score)
{
    /// <summary>The classes with the largest scores, the largest first; of equal ones the lower index.</summary>
    /// <param name="scores">One score a class.</param>
    /// <param name="labels">The names of the classes; others than as many as there are scores are not used.</param>
    /// <param name="count">How many; at most all are returned.</param>
    public static Prediction[] Top(ReadOnlySpan<float> scores, ImmutableArray<string> labels, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var top = new Prediction[Math.Min(count, scores.Length)];
        int found = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            int at = found;
            while (at > 0 && IsLarger(scores[i], top[at - 1].Score)) at--;
            if (at == top.Length) continue;
            if (found < top.Length) found++;
            top.AsSpan(at, found - 1 - at).CopyTo(top.AsSpan(at + 1));
            top[at] = new Prediction(null, i, scores[i]);
        }

        if (!labels.IsDefault && labels.Length == scores.Length)
            for (int i = 0; i < top.Length; i++) top[i] = top[i] with { Label = labels[top[i].Index] };
        return top;
    }

    /// <summary>The label (or the index) and the score: <c>sneaker 0.93</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Label ?? Index.ToString(CultureInfo.InvariantCulture)} {Score:G4}");

    // What is no number comes last.
    private static bool IsLarger(float score, float other) => score > other || (float.IsNaN(other) && !float.IsNaN(score));
}
