using Cim.Compiler.Evaluation;
using Cim.Compiler.Scheduling;
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

    /// <summary>Called with the time that is probably left after each evaluation.</summary>
    public Action<TimeSpan>? Remaining { get; init; }

    /// <summary>Remembers sensitivities and measured policies; null = nothing is remembered.</summary>
    public TrialFile? Trials { get; init; }

    /// <summary>Where the best policy so far is written; null = nowhere.</summary>
    public string? PolicyOutput { get; init; }

    /// <summary>The schedule that the objective counts; null = layers run one after the other.</summary>
    public ScheduleRequest? Schedule { get; init; }

    /// <summary>The objective by the name the command line gives it.</summary>
    /// <param name="objective">The name.</param>
    /// <param name="hasCopies">True if copies of slow layers fill the arrays that are left.</param>
    /// <param name="isScheduled">True if the schedule counts, not the sum of the layers.</param>
    public static Objective Parse(string objective, bool hasCopies = false, bool isScheduled = false) => objective switch
    {
        "arrays" => Objective.Arrays,
        "throughput" => Objective.ScheduledInterval,
        "energy" => isScheduled ? Objective.ScheduledEnergy : Objective.Energy,
        "energy-delay" => isScheduled ? Objective.ScheduledEnergyDelay : Objective.EnergyDelay,
        _ when isScheduled => Objective.ScheduledLatency,
        _ => hasCopies ? Objective.CopiedLatency : Objective.Latency,
    };
}
