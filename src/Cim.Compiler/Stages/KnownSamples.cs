using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Search;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>
/// Recognises samples the float network was trained on: it classifies them better than others. Its answers on them are certain, so fewer
/// bits change few of them, and a search that measures there finds too few bits.
/// </summary>
internal static class KnownSamples
{
    /// <summary>Standard deviations by which two accuracies differ by more than chance.</summary>
    private const double Deviations = 3;

    /// <summary>Warns if the accuracy on the samples of a search is more than that on the evaluation data.</summary>
    /// <param name="search">The search.</param>
    /// <param name="evaluation">The float network on the evaluation data.</param>
    /// <param name="context">The compilation.</param>
    public static void Warn(SearchSummary search, Accuracy evaluation, CompileContext context)
    {
        if (search.FloatOnSamples is not { } samples || !AreKnown(samples, evaluation)) return;
        string figures = string.Create(CultureInfo.InvariantCulture,
            $"it classifies {100 * samples.Fraction:F1} % of {samples.Samples} calibration samples right, and "
            + $"{100 * evaluation.Fraction:F1} % of {evaluation.Samples} evaluation samples");
        context.Warn(ErrorCodes.SamplesKnown,
            $"The float network knows the calibration samples by heart: {figures}. What a search measures on them is less than what is "
            + $"lost on others. Give samples that the network was not trained on ({OptionTable.Calibration.Named()}).");
    }

    /// <summary>A test of two proportions, one-sided.</summary>
    public static bool AreKnown(Accuracy samples, Accuracy others)
    {
        if (samples.Samples == 0 || others.Samples == 0) return false;
        double pooled = (double)(samples.Correct + others.Correct) / (samples.Samples + others.Samples);
        double deviation = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / samples.Samples) + (1.0 / others.Samples)));
        return samples.Fraction - others.Fraction > Deviations * deviation;
    }
}
