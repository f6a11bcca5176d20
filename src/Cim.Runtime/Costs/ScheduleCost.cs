using System.Collections.Immutable;
using System.Globalization;

namespace Cim.Runtime;

/// <summary>
/// One inference on the cores of a chip over time: layers at work at once, with copies, digital operators and transfers.
/// docs/scheduling.md.
/// </summary>
public sealed record ScheduleCost
{
    private readonly ImmutableArray<string> _notModelled = [];

    /// <summary>What copies are placed for: <c>latency</c> or <c>throughput</c>.</summary>
    public required string For { get; init; }

    /// <summary>Nanoseconds from the start of an inference to its result.</summary>
    public required double LatencyNs { get; init; }

    /// <summary>Inferences a second when one follows the other.</summary>
    public required double ThroughputPerSecond { get; init; }

    /// <summary>Picojoule of one inference: arrays, digital operators, the network between cores and the memory beside the chip.</summary>
    public required double EnergyPj { get; init; }

    /// <summary>The same with the values seen in calibration: input bits that are zero cost no energy of arrays and their drivers. Null
    /// without calibration data.</summary>
    public double? CalibratedEnergyPj { get; init; }

    /// <summary>Arrays with all copies.</summary>
    public required long Arrays { get; init; }

    /// <summary>What limits it, for example <c>layer</c>, <c>network</c> or <c>digital</c>.</summary>
    public required string LimitedBy { get; init; }

    /// <summary>What costs time or energy on a chip and is in none of these figures.</summary>
    public ImmutableArray<string> NotModelled
    {
        // A model of an earlier version has none.
        get => _notModelled.IsDefault ? [] : _notModelled;
        init => _notModelled = value;
    }

    /// <summary>True if all figures are the same.</summary>
    /// <param name="other">Another schedule.</param>
    public bool Equals(ScheduleCost? other) => other is not null
        && (For, LatencyNs, ThroughputPerSecond, EnergyPj, CalibratedEnergyPj, Arrays, LimitedBy) == (other.For, other.LatencyNs,
            other.ThroughputPerSecond, other.EnergyPj, other.CalibratedEnergyPj, other.Arrays, other.LimitedBy)
        && NotModelled.SequenceEqual(other.NotModelled);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(For, LatencyNs, ThroughputPerSecond, EnergyPj, Arrays, LimitedBy);

    /// <summary>For example <c>1,234 ns, 812,345 inferences/s, 45,678 pJ on 96 arrays, scheduled for latency</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{LatencyNs:#,0} ns, {ThroughputPerSecond:#,0} inferences/s, {EnergyPj:#,0} pJ{Calibrated} on {Arrays:#,0} arrays, scheduled for "
            + $"{For}");

    private string Calibrated => CalibratedEnergyPj is { } energy
        ? string.Create(CultureInfo.InvariantCulture, $" ({energy:#,0} pJ with the values of the calibration data)")
        : "";
}
