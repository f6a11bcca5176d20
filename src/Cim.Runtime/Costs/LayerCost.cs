using Cim.Runtime.Costs;

namespace Cim.Runtime;

/// <summary>The cost of one layer for one inference.</summary>
public sealed record LayerCost
{
    /// <summary>The layer's node name.</summary>
    public required string Name { get; init; }

    /// <summary>Independent matrices of a grouped convolution, else 1.</summary>
    public required int Groups { get; init; }

    /// <summary>Inputs of one group's matrix.</summary>
    public required int Rows { get; init; }

    /// <summary>Outputs of one group's matrix.</summary>
    public required int Columns { get; init; }

    /// <summary>Matrix-vector products (all groups at once, all heads counted).</summary>
    public required long Mvms { get; init; }

    /// <summary>Bits of a weight.</summary>
    public required int WeightBits { get; init; }

    /// <summary>Bits of an activation.</summary>
    public required int ActivationBits { get; init; }

    /// <summary>Bits of a conversion; 0 = ideal read-out.</summary>
    public required int AdcBits { get; init; }

    /// <summary>Copies of the layer that share its products; see docs/cost.md.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>Arrays that hold the layer with all its copies (on a serial machine: tiles, one after the other).</summary>
    public required long Arrays { get; init; }

    /// <summary>Cells that hold a weight, in one copy of the layer.</summary>
    public long Cells { get; init; }

    /// <summary>Cells that hold a weight divided by cells of the arrays.</summary>
    public required double Utilisation { get; init; }

    /// <summary>Nanoseconds.</summary>
    public required double LatencyNs { get; init; }

    /// <summary>Where its time goes, without copies.</summary>
    internal ProductTiming Timing { get; init; }

    /// <summary>Picojoule.</summary>
    public double EnergyPj => Energy.TotalPj;

    /// <summary>Where the energy goes.</summary>
    public required EnergyBreakdown Energy { get; init; }

    /// <summary>Arrays with their converters, in square micrometre; buffers and routers are counted with the whole chip.</summary>
    public required double AreaUm2 { get; init; }

    /// <summary>Conversions.</summary>
    public long AdcConversions => Events.AdcConversions;

    /// <summary>All counted events.</summary>
    public required CostEvents Events { get; init; }

    /// <summary>Picojoule to program the layer once, before the first inference; 0 if it is programmed in each.</summary>
    public double ProgrammingEnergyPj { get; init; }
}
