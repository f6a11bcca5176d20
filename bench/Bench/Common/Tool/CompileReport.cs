namespace Cim.Bench.Common.Tool;

/// <summary>What <c>cim compile --json</c> reports, as far as it is measured here.</summary>
internal sealed record CompileReport
{
    public double? AccuracyFloat { get; init; }

    public required CostFigures Cost { get; init; }

    public required LayerPolicy[] Policy { get; init; }

    public SearchFigures? Search { get; init; }

    /// <summary>The rounding that was used.</summary>
    public string? Rounding { get; init; }

    /// <summary>Predictions of a variation-aware compilation, by layer.</summary>
    public PredictedCodes[]? Variation { get; init; }

    public required double Seconds { get; init; }
}

/// <summary>Cost of one inference.</summary>
internal sealed record CostFigures(double LatencyNs, double EnergyPj, int Arrays, long Cells);

/// <summary>Bits of a layer.</summary>
internal sealed record LayerPolicy(string Name, int WeightBits, int ActivationBits, int AdcBits);

/// <summary>A search's part of the report.</summary>
internal sealed record SearchFigures(TrainedCandidates? Training);

/// <summary>The candidates a search trained.</summary>
internal sealed record TrainedCandidates(System.Text.Json.JsonElement[] Candidates);

/// <summary>The share of a layer's output codes that is predicted to equal the noise-free ones.</summary>
internal sealed record PredictedCodes(double? Equal, int? OutputBits);
