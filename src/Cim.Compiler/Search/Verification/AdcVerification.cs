using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Verification;

/// <summary>
/// Simulates the policy a search found through its converters, on validation samples, and gives conversions back their bits
/// where the estimate was too low: the quarter of the narrowed layers that lose most for what they save, again and again,
/// until the loss is within the budget.
/// </summary>
internal static class AdcVerification
{
    private const int MinSamples = 128, MaxRounds = 12;

    /// <summary>Multiplications a simulation may take; a larger network is simulated on fewer samples.</summary>
    private const double MaxWork = 2e10;

    /// <summary>The summary with verified conversion widths; unchanged if no layer has narrow conversions.</summary>
    public static SearchSummary Run(
        PolicySearch search, SearchSummary found, IProgress<string>? progress, CancellationToken cancellation) =>
        found.Policy.Layers.All(l => l.AdcBits == 0)
            ? found
            : Run(
                search, found, Simulated(search, found.Policy, cancellation), search.Evaluator.Widths(
                    search.Choices(found.Policy), cancellation), progress, cancellation);

    /// <summary>Estimated percentage points that the profile's own converters lose at 8 bits everywhere, against exact sums of the same
    /// integers.</summary>
    public static double ConverterPoints(PolicySearch search, CancellationToken cancellation)
    {
        AdcNetwork network = Simulated(search, search.ToPolicy(PolicyMoves.Widest(search.Space)), cancellation);
        int samples = Math.Min(MinSamples, search.Network.Source.Data.Validation.Count);
        double exact = Points(_ => AdcNetwork.Ideal);
        return Points(_ => 0) - exact;

        double Points(Func<string, int> adcBits) => search.Network.Comparison.Of(
            network.Run(search.Network.Source.Data.Validation, samples, adcBits, cancellation)).LossPoints;
    }

    /// <summary>Estimated percentage points that a policy loses through the converters of the profile, or the narrower ones it asks for:
    /// what weights and activations lose on all samples, and what conversions change on those that are simulated.</summary>
    /// <param name="search">The search.</param>
    /// <param name="policy">One choice a layer.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static double Points(PolicySearch search, ReadOnlySpan<int> policy, CancellationToken cancellation)
    {
        if (search.Hardware.AdcBits == 0) return search.Measure(policy, cancellation).LossPoints;
        double widths = search.Evaluator.Widths(policy, cancellation).Points;
        QuantizationPolicy asked = search.ToPolicy(policy);
        AdcNetwork network = Simulated(search, asked, cancellation);
        (SearchData data, int samples) = (search.Network.Source.Data, Samples(search, network));
        double ideal = Through(_ => AdcNetwork.Ideal), real = Through(name => asked.Find(name)?.AdcBits ?? 0);
        return Math.Min(search.Network.Comparison.MostPoints, widths + real - ideal);

        double Through(Func<string, int> adcBits) =>
            search.Network.Comparison.Of(network.Run(data.Validation, samples, adcBits, cancellation)).LossPoints;
    }

    /// <summary>The same for a network that was trained with the policy.</summary>
    /// <param name="search">The search.</param>
    /// <param name="found">What it found.</param>
    /// <param name="network">The network with quantizers.</param>
    /// <param name="withoutConverters">
    /// What it loses without converters, measured on more samples: conversions add what they change on those that are simulated.
    /// </param>
    /// <param name="progress">One line a round.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static SearchSummary Run(
        PolicySearch search, SearchSummary found, AdcNetwork network, MeasuredLoss withoutConverters, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        progress?.Report("Simulating the policy through its converters");
        (SearchData data, double maxLoss) = (search.Network.Source.Data, withoutConverters.MaxPoints);
        HashSet<string> simulated = [.. network.Layers];
        QuantizationPolicy policy = found.Policy;
        int samples = Samples(search, network);
        Distance ideal = Through(_ => AdcNetwork.Ideal);
        (double points, double budget) = (
            withoutConverters.Points - ideal.LossPoints, withoutConverters.BudgetPoints - ideal.BudgetPoints);
        if (withoutConverters.BudgetPoints > maxLoss)
        {
            progress?.Report(string.Create(
                CultureInfo.InvariantCulture, $"Without converters the policy takes {withoutConverters.BudgetPoints:F2} points of "
                + $"the budget: no conversions can make up for that"));
            return found with { ValidationLoss = withoutConverters.Points, IsWithinBudget = false };
        }

        for (int round = 0; ; round++)
        {
            Distance distance = Through(n => policy.Find(n)?.AdcBits ?? 0);
            double loss = points + distance.LossPoints, taken = budget + distance.BudgetPoints;
            bool isWithin = taken <= maxLoss;
            string[] narrow = [.. policy.Layers.Where(l => l.AdcBits > 0 && simulated.Contains(l.Name))
                .OrderByDescending(l => Gain(search, l)).Select(l => l.Name)];
            if (isWithin || narrow.Length == 0 || round == MaxRounds)
            {
                int[] choices = search.Choices(policy);
                return found with
                {
                    Policy = policy,
                    Chosen = search.Space.Costs.Total(choices),
                    ValidationLoss = loss,
                    IsWithinBudget = found.IsWithinBudget && isWithin,
                };
            }

            HashSet<string> widened = [.. narrow.Take(Math.Max(1, narrow.Length / 4))];
            policy = new QuantizationPolicy(
                [.. policy.Layers.Select(l => widened.Contains(l.Name) ? l with { AdcBits = Wider(search, l) } : l)]);
            progress?.Report(FormattableString.Invariant(
                $"Through converters the policy takes {taken:F2} points of the budget: wider conversions in {widened.Count} layers"));
        }

        Distance Through(Func<string, int> adcBits) =>
            search.Network.Comparison.Of(network.Run(data.Validation, samples, adcBits, cancellation));
    }

    private static int Samples(PolicySearch search, AdcNetwork network) => (int)Math.Max(
        MinSamples, Math.Min(search.Network.Source.Data.Validation.Count, MaxWork / Math.Max(1, network.MacsPerImage)));

    private static AdcNetwork Simulated(PolicySearch search, QuantizationPolicy policy, CancellationToken cancellation)
    {
        SampledNetwork source = search.Network.Source;
        return new AdcNetwork(source.Graph, source.Input, search.Hardware, source.Data.Fit, policy, source.PostTraining, cancellation);
    }

    /// <summary>Divergence saved by the next wider conversion, for each unit of cost it adds.</summary>
    private static double Gain(PolicySearch search, LayerPrecision layer)
    {
        (int shape, int now) = search.Space.ChoiceOf(layer);
        (_, int wider) = search.Space.ChoiceOf(layer with { AdcBits = Wider(search, layer) });
        double cost = search.Space.Costs[shape, wider].Of(search.Space.Objective)
            - search.Space.Costs[shape, now].Of(search.Space.Objective);
        return (search.Losses[shape, now] - search.Losses[shape, wider]) / Math.Max(cost, 1e-12);
    }

    private static int Wider(PolicySearch search, LayerPrecision layer)
    {
        ImmutableArray<int> widths = [
            .. search.Space.Costs.Choices.Select(c => c.AdcBits).Distinct().Where(b => b > layer.AdcBits).Order()];
        return widths.IsEmpty ? 0 : widths[0];
    }
}
