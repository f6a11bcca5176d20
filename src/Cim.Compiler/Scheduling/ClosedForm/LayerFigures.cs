using Cim.Compiler.Scheduling.Copies;
using Cim.Runtime.Costs;

namespace Cim.Compiler.Scheduling.ClosedForm;

/// <summary>A layer at certain bits, as the closed form of a schedule sees it.</summary>
/// <param name="Load">Its products and arrays.</param>
/// <param name="Timing">The time of its products.</param>
/// <param name="ActivationBits">Bits of its input.</param>
/// <param name="EnergyPj">Energy of an inference without transfers between cores.</param>
internal sealed record LayerFigures(LayerLoad Load, ProductTiming Timing, int ActivationBits, double EnergyPj);

/// <summary>What a schedule comes to by the closed form.</summary>
/// <param name="LatencyNs">Nanoseconds of one image.</param>
/// <param name="IntervalNs">Nanoseconds from one image to the next.</param>
/// <param name="EnergyPj">Picojoule of an inference.</param>
internal readonly record struct ScheduleEstimate(double LatencyNs, double IntervalNs, double EnergyPj);
