namespace Cim.Bench.Speed;

/// <summary>How contenders are timed.</summary>
internal sealed record ComparisonOptions
{
    public required int[] Batches { get; init; }

    public required int[] Threads { get; init; }

    public required int Rounds { get; init; }

    /// <summary>How long each contender runs in a round.</summary>
    public required int Milliseconds { get; init; }

    /// <summary>Names of the contenders that run, all if empty.</summary>
    public required string[] Contenders { get; init; }
}
