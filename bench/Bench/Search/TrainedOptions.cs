namespace Cim.Bench.Search;

/// <summary>How policies are searched and trained; a stored row depends on all of it.</summary>
internal sealed record TrainedOptions
{
    public required string Hardware { get; init; }

    /// <summary>The budget in points.</summary>
    public required double Loss { get; init; }

    public required string Searcher { get; init; }

    public required int Epochs { get; init; }

    public required string Objective { get; init; }

    /// <summary>Arrays that copies of slow layers may fill; 0 for no copies.</summary>
    public required int Copies { get; init; }

    public required int Evaluations { get; init; }

    public required int Samples { get; init; }

    /// <summary>Samples of a candidate's short training.</summary>
    public required int ShortTraining { get; init; }

    /// <summary>Training images; 0 for all.</summary>
    public required int TrainingImages { get; init; }

    /// <summary>Pixels by which training images are shifted at most.</summary>
    public required int Shift { get; init; }

    /// <summary>Whether training images are mirrored.</summary>
    public required bool Flip { get; init; }

    public required double Rate { get; init; }

    /// <summary>Test images that also go through the converters.</summary>
    public required int AdcImages { get; init; }
}
