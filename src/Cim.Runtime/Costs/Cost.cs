using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Runtime;

/// <summary>
/// The cost of one inference on a hardware: counted events times the figures of its profile. Layers run one after the other;
/// digital operators are not counted.
/// </summary>
public sealed record Cost
{
    /// <summary>The hardware profile's name.</summary>
    public required string Hardware { get; init; }

    /// <summary>Nanoseconds of one inference.</summary>
    public required double LatencyNs { get; init; }

    /// <summary>Picojoule of one inference.</summary>
    public double EnergyPj => Energy.TotalPj;

    /// <summary>Where the energy goes.</summary>
    public required EnergyBreakdown Energy { get; init; }

    /// <summary>Square micrometre of all arrays with converters, buffers and routers.</summary>
    public required double AreaUm2 { get; init; }

    /// <summary>Arrays (on a serial machine: tiles).</summary>
    public required long Arrays { get; init; }

    /// <summary>Cells that hold a weight, copies not counted.</summary>
    public long Cells => Layers.Sum(l => l.Cells);

    /// <summary>Cores these arrays take.</summary>
    public required long Cores { get; init; }

    /// <summary>Nanoseconds to program all arrays once, one after the other; 0 if they are programmed in each inference.</summary>
    public double ProgrammingLatencyNs { get; init; }

    /// <summary>Picojoule to program all arrays once.</summary>
    public double ProgrammingEnergyPj { get; init; }

    /// <summary>The same network with layers at work at once; null if no schedule was asked for.</summary>
    public ScheduleCost? Schedule { get; init; }

    /// <summary>All counted events.</summary>
    public required CostEvents Events { get; init; }

    /// <summary>The layers in the order they run.</summary>
    public required ImmutableArray<LayerCost> Layers { get; init; }

    /// <summary>For example <c>27,520 ns, 1,234,567 pJ, 67 arrays per inference</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{LatencyNs:#,0} ns, {EnergyPj:#,0} pJ, {Arrays:#,0} arrays per inference");
}
