using System.Collections.Immutable;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>What a stage has to do for an image, and how fast it does it.</summary>
/// <param name="Products">Products of a layer on arrays; 0 = a digital operator.</param>
/// <param name="Timing">Time of the layer's products.</param>
/// <param name="Copies">Copies of the layer.</param>
/// <param name="Sharing">How copies share products.</param>
internal sealed record StageWork(long Products, ProductTiming Timing, long Copies, ProductSharing Sharing)
{
    /// <summary>Nanoseconds of a digital operator for the whole value.</summary>
    public double DigitalNs { get; init; }

    /// <summary>Number of the arrays that do it: stages that use the same weights share them; -1 = a digital operator.</summary>
    public int Resource { get; init; } = -1;

    /// <summary>By input: nanoseconds from the end of a row until it is there, where nothing else moves; empty = at once.</summary>
    public ImmutableArray<double> InputNs { get; init; } = [];

    /// <summary>Nanoseconds in which what the network reads of an image comes in from the memory beside the chip.</summary>
    public double LoadNs { get; init; }

    /// <summary>Nanoseconds until a row of an input is there.</summary>
    public double TransferNs(int input) => InputNs.IsDefaultOrEmpty ? 0 : InputNs[input];

    /// <summary>Bytes of one row.</summary>
    public long RowBytes { get; init; }

    /// <summary>A digital operator of no duration.</summary>
    public static StageWork Free { get; } = new(0, default, 1, ProductSharing.Whole);
}
