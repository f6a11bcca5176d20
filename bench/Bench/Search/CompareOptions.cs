namespace Cim.Bench.Search;

/// <summary>How the searchers are compared.</summary>
internal sealed record CompareOptions
{
    public required string Objective { get; init; }

    /// <summary>The budget in points.</summary>
    public required double Loss { get; init; }

    /// <summary>Seeds 1 to so many.</summary>
    public required int Seeds { get; init; }

    public required int Evaluations { get; init; }

    /// <summary>Samples that are measured on; 0 for each network's own number.</summary>
    public required int Samples { get; init; }

    /// <summary>Whether policies are compiled and evaluated on test images.</summary>
    public required bool IsTested { get; init; }

    /// <summary>Where measurements and policies are stored.</summary>
    public required string Folder { get; init; }
}
