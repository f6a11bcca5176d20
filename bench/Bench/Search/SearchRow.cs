namespace Cim.Bench.Search;

/// <summary>One search, or one uniform policy.</summary>
internal sealed record SearchRow
{
    public required string Network { get; init; }

    public required string Hardware { get; init; }

    public required string Searcher { get; init; }

    public required int? Seed { get; init; }

    public required int Evaluations { get; init; }

    /// <summary>NaN if nothing within the budget was found.</summary>
    public required double Cost { get; init; }

    /// <summary>Percentage points of the budget it takes, estimated on validation samples.</summary>
    public required double BudgetPoints { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Cost of 8 bits everywhere over this one's.</summary>
    public required double OverEight { get; init; }

    /// <summary>Cost of 4 bits with 8-bit first and last layers over this one's.</summary>
    public required double OverFour { get; init; }

    /// <summary>Above the cheapest policy any search of this network and hardware found within the budget.</summary>
    public double Gap { get; init; }

    /// <summary>Percentage points lost on the test samples, compiled, fidelity exact; NaN = not tested.</summary>
    public double TestLoss { get; init; } = double.NaN;

    /// <summary>Whether it is a search rather than a uniform policy.</summary>
    public bool IsSearch => !Searcher.StartsWith("uniform", StringComparison.Ordinal);
}
