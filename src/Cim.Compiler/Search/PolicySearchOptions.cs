using Cim.Compiler.Evaluation;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search;

/// <summary>What a search is asked for.</summary>
internal sealed record PolicySearchOptions
{
    /// <summary><c>rl</c>, <c>exact</c>, <c>evolutionary</c>, <c>random</c> or <c>uniform</c>.</summary>
    public string Searcher { get; init; } = "exact";

    public Objective Objective { get; init; } = Objective.Latency;

    /// <summary>Percentage points of accuracy.</summary>
    public double MaxLoss { get; init; } = 0.5;

    public long MaxArrays { get; init; } = long.MaxValue;

    public int Evaluations { get; init; } = 60;

    /// <summary>Candidates that are chosen before the first of them is measured or trained, at most.</summary>
    public int ParallelCandidates { get; init; } = 1;

    /// <summary>Bits of the weights and inputs of the first and the last layer; 0 = they are searched, too.</summary>
    public int EdgeBits { get; init; }

    /// <summary>Weights may be binary (1 bit: -1 and 1) where that is cheaper than ternary (2 bits).</summary>
    public bool BinaryWeights { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Ends the search early; it runs from the construction of these options.</summary>
    public SearchClock Clock { get; init; } = new(null);

    /// <summary>Remembers sensitivities and measured policies; null = nothing is remembered.</summary>
    public TrialFile? Trials { get; init; }

    /// <summary>Where the best policy so far is written; null = nowhere.</summary>
    public string? PolicyOutput { get; init; }

    /// <summary>The objective by the name the command line gives it; <paramref name="copies"/> if copies of slow layers fill the arrays
    /// that are left.</summary>
    public static Objective Parse(string objective, bool copies = false) => objective switch
    {
        "latency" when copies => Objective.CopiedLatency,
        "energy" => Objective.Energy,
        "arrays" => Objective.Arrays,
        "energy-delay" => Objective.EnergyDelay,
        _ => Objective.Latency,
    };
}
