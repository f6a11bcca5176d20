using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Cli.Commands.Advise;

/// <summary>What a change came to.</summary>
/// <param name="Change">The change.</param>
/// <param name="Accuracy">Through converters; null without labelled data.</param>
/// <param name="AccuracyExact">In integers; null without labelled data.</param>
/// <param name="Cosine">Of the outputs and the float network's; null where it was not measured.</param>
/// <param name="Cost">Of an inference; null if the change cannot be made.</param>
/// <param name="Problem">Why it cannot be made; null if it can.</param>
internal sealed record AdviceResult(
    AdviceChange Change, double? Accuracy, double? AccuracyExact, double? Cosine, Cost? Cost, string? Problem)
{
    /// <summary>What results are ordered by: accuracy where there are labels, else the cosine.</summary>
    public double Quality => Accuracy ?? Cosine ?? double.NegativeInfinity;

    /// <summary>Of a compilation.</summary>
    public static AdviceResult Of(AdviceChange change, CompileResult result) => new(
        change, result.AccuracyCompiled?.Fraction, result.AccuracyExact?.Fraction, result.Agreement?.Cosine, result.Cost, null);

    /// <summary>Of a change that cannot be made.</summary>
    public static AdviceResult Impossible(AdviceChange change, CimException why) => new(change, null, null, null, null, why.Message);
}

/// <summary>What all changes came to.</summary>
/// <param name="Samples">Samples each was measured on.</param>
/// <param name="AccuracyFloat">Of the float network; null without labelled data.</param>
/// <param name="Fidelity">What each was measured at.</param>
/// <param name="Baseline">Nothing changed.</param>
/// <param name="Changes">The best first, and among equals the one that takes least energy.</param>
internal sealed record Advice(
    int Samples, double? AccuracyFloat, Fidelity Fidelity, AdviceResult Baseline, IReadOnlyList<AdviceResult> Changes)
{
    /// <summary>
    /// The change to try first: of those that are as good as the best one but for chance, the one that takes least energy. Null if not even
    /// the best is better than what is there by more than chance.
    /// </summary>
    public AdviceResult? First
    {
        get
        {
            AdviceResult[] possible = [.. Changes.Where(c => c.Problem is null)];
            double best = possible.Select(c => c.Quality).DefaultIfEmpty(double.NegativeInfinity).Max();
            return !(best - Baseline.Quality > Chance) ? null
                : possible.Where(c => best - c.Quality <= Chance / 2 && c.Quality > Baseline.Quality).MinBy(c => c.Cost!.EnergyPj);
        }
    }

    /// <summary>A difference that chance explains: two standard errors of the accuracy; of a cosine, a tenth of what it lacks.</summary>
    public double Chance => Baseline.Accuracy is { } p
        ? 2 * Math.Sqrt(Math.Max(p * (1 - p), 1.0 / Samples) / Samples)
        : (1 - (Baseline.Cosine ?? 1)) / 10;
}
