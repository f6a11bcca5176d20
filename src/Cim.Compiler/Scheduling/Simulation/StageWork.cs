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

    /// <summary>Nanoseconds from a row's end until the cores of its consumers have it.</summary>
    public double TransferNs { get; init; }

    /// <summary>Bytes of one row.</summary>
    public long RowBytes { get; init; }

    /// <summary>A digital operator of no duration.</summary>
    public static StageWork Free { get; } = new(0, default, 1, ProductSharing.Whole);
}
