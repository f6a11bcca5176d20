using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Search.Space;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search.Verification;

/// <summary>
/// Simulates the policy a search found through its converters, on validation samples, and gives conversions back their bits
/// where the estimate was too hopeful: the quarter of the narrowed layers that hurt most for what they save, again and again,
/// until the loss is within the budget.
/// </summary>
internal static class AdcVerification
{
    private const int MinSamples = 128, MaxRounds = 12;

    /// <summary>Multiplications a simulation may take; a larger network is simulated on fewer samples.</summary>
    private const double MaxWork = 2e10;

    /// <summary>The summary with verified conversion widths; unchanged if no layer has narrow conversions.</summary>
    public static SearchSummary Run(
        PolicySearch search, SearchSummary found, Graph graph, GraphInput input, HardwareProfile hardware, SearchData data,
        PolicySearchOptions options, IProgress<string>? progress, CancellationToken cancellation)
    {
        if (found.Policy.Layers.All(l => l.AdcBits == 0)) return found;
        var network = new AdcNetwork(graph, input, hardware, data.Fit, found.Policy, options.Quantizer, cancellation);
        return Run(search, found, network, null, data, options.MaxLoss, progress, cancellation);
    }

    /// <summary>Estimated percentage points that the profile's own converters lose at 8 bits everywhere, against exact sums of the same
    /// integers.</summary>
    /// <param name="search">The search.</param>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="hardware">The hardware.</param>
    /// <param name="data">Samples.</param>
    /// <param name="options">As of the search.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static double ConverterPoints(
        PolicySearch search, Graph graph, GraphInput input, HardwareProfile hardware, SearchData data, PolicySearchOptions options,
        CancellationToken cancellation)
    {
        QuantizationPolicy widest = search.ToPolicy(PolicyMoves.Widest(search.Space));
        var network = new AdcNetwork(graph, input, hardware, data.Fit, widest, options.Quantizer, cancellation);
        int samples = Math.Min(MinSamples, data.Validation.Count);
        double exact = search.Comparison.Of(network.Run(data.Validation, samples, _ => AdcNetwork.Ideal, cancellation)).LossPoints;
        return search.Comparison.Of(network.Run(data.Validation, samples, _ => 0, cancellation)).LossPoints - exact;
    }

    /// <summary>The same for a network that was trained with the policy.</summary>
    /// <param name="search">The search.</param>
    /// <param name="found">What it found.</param>
    /// <param name="network">The network with quantizers.</param>
    /// <param name="lossWithoutConverters">
    /// Percentage points it loses without converters, measured elsewhere: conversions add what they change on the validation samples. Null
    /// =
    /// all is measured on these.
    /// </param>
    /// <param name="data">Validation samples.</param>
    /// <param name="maxLoss">Percentage points.</param>
    /// <param name="progress">One line a round.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static SearchSummary Run(
        PolicySearch search, SearchSummary found, AdcNetwork network, double? lossWithoutConverters, SearchData data, double maxLoss,
        IProgress<string>? progress,
        CancellationToken cancellation)
    {
        progress?.Report("simulating the policy through its converters");
        HashSet<string> simulated = [.. network.Layers];
        QuantizationPolicy policy = found.Policy;
        double macs = network.MacsPerImage;
        int samples = (int)Math.Max(MinSamples, Math.Min(data.Validation.Count, MaxWork / Math.Max(1, macs)));
        Distance ideal = Through(_ => AdcNetwork.Ideal);
        // A loss measured elsewhere is no estimate, and takes no more of the budget than it is.
        (double points, double budget) = lossWithoutConverters is { } given
            ? (given - ideal.LossPoints, given - ideal.BudgetPoints)
            : (0, 0);
        if (budget + ideal.BudgetPoints > maxLoss)
        {
            progress?.Report(string.Create(
                CultureInfo.InvariantCulture, $"without converters the policy takes {budget + ideal.BudgetPoints:F2} points of "
                + $"the budget: no conversions can mend that"));
            return found with { ValidationLoss = points + ideal.LossPoints, IsWithinBudget = false };
        }

        for (int round = 0; ; round++)
        {
            Distance distance = Through(n => policy.Find(n)?.AdcBits ?? 0);
            double loss = points + distance.LossPoints;
            double taken = budget + distance.BudgetPoints;
            bool isWithin = taken <= maxLoss;
            string[] narrow = [.. policy.Layers.Where(l => l.AdcBits > 0 && simulated.Contains(l.Name))
                .OrderByDescending(l => Harm(search, l)).Select(l => l.Name)];
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
                $"through converters the policy takes {taken:F2} points of the budget: wider conversions in {widened.Count} layers"));
        }

        Distance Through(Func<string, int> adcBits) => search.Comparison.Of(network.Run(data.Validation, samples, adcBits, cancellation));
    }

    /// <summary>Divergence saved by the next wider conversion, for each unit of cost it adds.</summary>
    private static double Harm(PolicySearch search, LayerPrecision layer)
    {
        (int shape, int now) = search.Choice(layer);
        (_, int wider) = search.Choice(layer with { AdcBits = Wider(search, layer) });
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
