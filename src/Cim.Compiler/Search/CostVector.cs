namespace Cim.Compiler.Search;

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
}

/// <summary>The cost of a layer or a network in the dimensions a search cares about.</summary>
internal readonly record struct CostVector(double LatencyNs, double EnergyPj, long Arrays, double AreaUm2)
{
    public static CostVector operator +(CostVector a, CostVector b) =>
        new(a.LatencyNs + b.LatencyNs, a.EnergyPj + b.EnergyPj, a.Arrays + b.Arrays, a.AreaUm2 + b.AreaUm2);

    /// <summary>The number to minimise.</summary>
    public double Of(Objective objective) => objective switch
    {
        Objective.Latency => LatencyNs,
        Objective.Energy => EnergyPj,
        Objective.Arrays => Arrays,
        _ => LatencyNs * EnergyPj,
    };
}
