using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Candidates;

namespace Cim.Compiler.Sensitivity;

/// <summary>
/// What quantizing one layer's weights, or one group's activations, alone does to the output: the divergence from the float
/// network, everything else float. Their sum over layers is the additive estimate of a policy's loss increase.
/// </summary>
/// <param name="Weights">[layer][bits] of <see cref="PolicyNetwork.Layers"/>.</param>
/// <param name="Activations">[group][bits].</param>
internal sealed record MeasuredSensitivity(
    ImmutableArray<ImmutableSortedDictionary<int, double>> Weights, ImmutableArray<ImmutableSortedDictionary<int, double>> Activations)
{
    /// <summary>Samples each perturbation is measured on, at most.</summary>
    public const int Samples = 96;

    /// <summary>True if all of these widths were measured.</summary>
    public bool Covers(IReadOnlyList<int[]> weightBits, IReadOnlyList<int[]> activationBits) =>
        Weights.Length == weightBits.Count && Activations.Length == activationBits.Count
        && weightBits.Select((bits, l) => bits.All(Weights[l].ContainsKey)).All(b => b)
        && activationBits.Select((bits, g) => bits.All(Activations[g].ContainsKey)).All(b => b);

    /// <summary>Measures every layer and group at the widths asked for, or as many as there is time for.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weightBits">Widths of each layer.</param>
    /// <param name="activationBits">Widths of each group.</param>
    /// <param name="known">What is known already; null = nothing.</param>
    /// <param name="clock">When it is over, the rest is left out.</param>
    /// <param name="progress">One line a layer.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static MeasuredSensitivity Measure(
        PolicyNetwork network, IReadOnlyList<int[]> weightBits, IReadOnlyList<int[]> activationBits, MeasuredSensitivity? known,
        SearchClock clock, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        var weights = ImmutableArray.CreateBuilder<ImmutableSortedDictionary<int, double>>();
        for (int l = 0; l < weightBits.Count; l++)
        {
            if (!clock.IsOver) progress?.Report($"Sensitivity of layer {l + 1} of {weightBits.Count}: {network.Layers[l].NodeName}");
            weights.Add(
                Row(known?.Weights, l, weightBits, b => network.Measure(i => i == l ? b : 0, _ => 0, Samples, cancellation).Divergence));
        }

        var activations = ImmutableArray.CreateBuilder<ImmutableSortedDictionary<int, double>>();
        for (int g = 0; g < activationBits.Count; g++)
        {
            if (!clock.IsOver) progress?.Report($"Sensitivity of activations {g + 1} of {activationBits.Count}");
            activations.Add(Row(known?.Activations, g, activationBits,
                b => network.Measure(_ => 0, i => i == g ? b : 0, Samples, cancellation).Divergence));
        }

        return new MeasuredSensitivity(weights.ToImmutable(), activations.ToImmutable());

        ImmutableSortedDictionary<int, double> Row(
            ImmutableArray<ImmutableSortedDictionary<int, double>>? table, int index, IReadOnlyList<int[]> bits, Func<int, double> measure)
        {
            ImmutableSortedDictionary<int, double> row = table is { } rows && rows.Length == bits.Count
                ? rows[index]
                : ImmutableSortedDictionary<int, double>.Empty;
            foreach (int b in bits[index])
                if (!row.ContainsKey(b) && !clock.IsOver) row = row.Add(b, measure(b));
            return row;
        }
    }

    /// <summary>The sensitivities, with widths that were not measured taken to lose too much to be chosen; the widest of each row loses
    /// nothing.</summary>
    public MeasuredSensitivity Conservative(IReadOnlyList<int[]> weightBits, IReadOnlyList<int[]> activationBits) =>
        new(UnmeasuredWidths.AtLargeLoss(Weights, weightBits), UnmeasuredWidths.AtLargeLoss(Activations, activationBits));
}
