namespace Cim.Compiler.Search.Space;

/// <summary>What a search minimises.</summary>
internal enum Objective
{
    /// <summary>Nanoseconds of one inference.</summary>
    Latency,

    /// <summary>Picojoule of one inference.</summary>
    Energy,

    /// <summary>Arrays (tiles on a serial machine).</summary>
    Arrays,

    /// <summary>Energy times latency. Not additive over layers: exact search cannot prove its optimum.</summary>
    EnergyDelay,

    /// <summary>Nanoseconds of one inference when copies of slow layers fill the arrays of the chip; see
    /// <see cref="CostVector.Balance"/>.</summary>
    CopiedLatency,

    /// <summary>Nanoseconds of one inference as scheduled. Like the other objectives of a schedule it is no sum over layers
    /// (<see cref="PolicySchedule"/>); a layer counts by its share in what the slowest layer takes, see
    /// <see cref="CostVector.Work"/>.</summary>
    ScheduledLatency,

    /// <summary>Nanoseconds from one inference to the next as scheduled.</summary>
    ScheduledInterval,

    /// <summary>Picojoule of one inference as scheduled, digital operators and transfers included.</summary>
    ScheduledEnergy,

    /// <summary>Energy times latency, or times interval, as scheduled.</summary>
    ScheduledEnergyDelay,
}

/// <summary>The cost of a layer or a network in the dimensions a search cares about.</summary>
internal readonly record struct CostVector(double LatencyNs, double EnergyPj, long Arrays, double AreaUm2)
{
    /// <summary>
    /// Sum over layers of sqrt(latency * arrays). With N arrays for copies the least latency of the relaxed problem,
    /// min sum L/c subject to sum A c = N, is Balance^2 / N (Cauchy-Schwarz), so this is its additive form.
    /// </summary>
    public double Balance { get; init; }

    /// <summary>Sum over layers of latency * arrays. With N arrays the slowest layer takes at least Work / N, which copies reach but for
    /// rounding.</summary>
    public double Work { get; init; }

    public static CostVector operator +(CostVector a, CostVector b) =>
        new(a.LatencyNs + b.LatencyNs, a.EnergyPj + b.EnergyPj, a.Arrays + b.Arrays, a.AreaUm2 + b.AreaUm2)
        {
            Balance = a.Balance + b.Balance,
            Work = a.Work + b.Work,
        };

    /// <summary>The number to minimise; of a schedule what a layer adds to it.</summary>
    public double Of(Objective objective) => objective switch
    {
        Objective.Latency => LatencyNs,
        Objective.Energy => EnergyPj,
        Objective.Arrays => Arrays,
        Objective.CopiedLatency => Balance,
        Objective.ScheduledLatency or Objective.ScheduledInterval => Work,
        Objective.ScheduledEnergy => EnergyPj,
        Objective.ScheduledEnergyDelay => Work * EnergyPj,
        _ => LatencyNs * EnergyPj,
    };
}
