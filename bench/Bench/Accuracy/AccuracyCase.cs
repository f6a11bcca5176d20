namespace Cim.Bench.Accuracy;

/// <summary>One row: a network at some bits and a fidelity, with the images that must be correct.</summary>
internal sealed record AccuracyCase
{
    public required string Network { get; init; }

    public required string Model { get; init; }

    public required string Calibration { get; init; }

    public required string Evaluation { get; init; }

    public int WeightBits { get; init; } = 8;

    public int ActivationBits { get; init; } = 8;

    public string Fidelity { get; init; } = "exact";

    /// <summary>Correct images at least; 0 for a row that only informs.</summary>
    public required int Target { get; init; }

    public string[] Preprocessing { get; init; } = [];
}
